// All of Beast that is not a template.
#include <boost/beast/src.hpp>
