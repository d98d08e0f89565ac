#pragma once

#include <string_view>

namespace migrator::db::postgresql {

/// What may stand before a '(' and leaves nothing in the session: functions of pg_catalog, types
/// and keywords, each with a blank behind it. Others count as functions that may leave anything,
/// which costs a reset.
inline constexpr std::string_view kHarmlessFunctions =
    "abs acos age all and any array array_agg array_append array_cat array_dims array_fill "
    "array_length array_lower array_ndims array_position array_positions array_prepend "
    "array_remove array_replace array_to_json array_to_string array_upper as ascii asin atan "
    "atan2 avg begin between bigint bit bit_and bit_length bit_or bool_and bool_or box btrim "
    "by bytea cardinality case cast cbrt ceil ceiling char char_length character "
    "character_length check chr clock_timestamp coalesce col_description collate concat "
    "concat_ws conflict convert convert_from convert_to corr cos cot count cross cube "
    "cume_dist current_database current_date current_role current_schema current_schemas "
    "current_setting current_time current_timestamp current_user date date_bin date_part "
    "date_trunc daterange decimal declare decode default degrees dense_rank desc distinct div "
    "double else elsif encode end every except exception exclude excluded exists exp extract "
    "factorial fetch filter first_value float float4 float8 floor following for format "
    "format_type from full gen_random_uuid generate_series generate_subscripts get_bit "
    "get_byte greatest group grouping has_any_column_privilege has_column_privilege "
    "has_database_privilege has_function_privilege has_schema_privilege "
    "has_sequence_privilege has_table_privilege has_type_privilege having if ilike in include "
    "inet_client_addr inet_client_port inet_server_addr inet_server_port initcap inner int "
    "int2 int4 int4range int8 int8range integer insert matched intersect interval into is isfinite "
    "join json "
    "json_agg json_array_elements json_array_elements_text json_array_length json_build_array "
    "json_build_object json_each json_each_text json_extract_path json_extract_path_text "
    "json_object json_object_agg json_object_keys json_populate_record "
    "json_populate_recordset json_strip_nulls json_to_record json_to_recordset json_typeof "
    "jsonb jsonb_agg jsonb_array_elements jsonb_array_elements_text jsonb_array_length "
    "jsonb_build_array jsonb_build_object jsonb_each jsonb_each_text jsonb_extract_path "
    "jsonb_extract_path_text jsonb_insert jsonb_object jsonb_object_agg jsonb_object_keys "
    "jsonb_path_exists jsonb_path_match jsonb_path_query jsonb_path_query_array "
    "jsonb_path_query_first jsonb_populate_record jsonb_populate_recordset jsonb_pretty "
    "jsonb_set jsonb_strip_nulls jsonb_to_record jsonb_to_recordset jsonb_typeof justify_days "
    "justify_hours justify_interval key lag last_value lateral lead leading least left length "
    "like limit ln localtime localtimestamp log log10 loop lower lpad ltrim make_date "
    "make_interval make_time make_timestamp make_timestamptz materialized max md5 min mod "
    "mode natural nextval not notice now nth_value ntile nullif numeric numrange "
    "obj_description octet_length offset on only operator or order outer over overlaps "
    "overlay partition percent_rank percentile_cont percentile_disc pg_backend_pid "
    "pg_client_encoding pg_column_size pg_conf_load_time pg_encoding_to_char "
    "pg_get_constraintdef pg_get_expr pg_get_function_identity_arguments pg_get_functiondef "
    "pg_get_indexdef pg_get_ruledef pg_get_serial_sequence pg_get_triggerdef pg_get_userbyid "
    "pg_get_viewdef pg_has_role pg_is_in_recovery pg_notify pg_postmaster_start_time "
    "pg_relation_size pg_size_pretty pg_sleep pg_table_is_visible pg_table_size "
    "pg_total_relation_size pg_typeof phraseto_tsquery pi plainto_tsquery point position "
    "power preceding precision primary quote_ident quote_literal quote_nullable radians raise "
    "random range rank real recursive references regexp_count regexp_instr regexp_like "
    "regexp_match regexp_matches regexp_replace regexp_split_to_array regexp_split_to_table "
    "regexp_substr repeat replace return returning reverse right rollup round row row_number "
    "row_to_json rows rpad rtrim scale select session_user set sets setval setweight sha224 "
    "sha256 sha384 sha512 shobj_description sign similar sin smallint some split_part sqrt "
    "starts_with statement_timestamp stddev stddev_pop stddev_samp string_agg string_to_array "
    "string_to_table strip strpos substr substring sum symmetric table tan text then time "
    "timeofday timestamp timestamptz timetz timezone to to_ascii to_char to_date to_hex "
    "to_json to_jsonb to_number to_regclass to_regnamespace to_regproc to_regprocedure "
    "to_regrole to_regtype to_timestamp to_tsquery to_tsvector trailing transaction_timestamp "
    "translate trim trim_array trunc ts_headline ts_rank ts_rank_cd tsrange tstzrange "
    "txid_current unbounded union unique unnest upper user using uuid value values var_pop "
    "var_samp varbit varchar variadic variance varying version when where while width_bucket "
    "window with within without xmlagg xmlconcat xmlelement xmlforest xmlparse xmlserialize "
    "zone ";

}  // namespace migrator::db::postgresql
