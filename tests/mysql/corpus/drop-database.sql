drop database archive;
