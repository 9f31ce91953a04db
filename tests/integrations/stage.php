<?php
/**
 * The few functions of WordPress that the plugin needs, and one question to it: JSON comes in, JSON goes out.
 */

$scene = json_decode( stream_get_contents( STDIN ), true );
$asked = null;
$hooks = array();
$kept  = array();

define( 'HOUR_IN_SECONDS', 3600 );
if ( null !== $scene['server'] ) {
	define( 'MODERATION_SERVER', $scene['server'] );
}
if ( $scene['in_wordpress'] ) {
	define( 'ABSPATH', '/' );
}

class WP_Error {
	public function get_error_message() {
		return '<b>Connection refused';
	}
}

function add_filter( $hook, $callback ) {
	$GLOBALS['hooks'][ $hook ] = $callback;
}
function add_action( $hook, $callback ) {
	add_filter( $hook, $callback );
}
function wp_parse_url( $url, $part ) {
	return parse_url( $url, $part );
}
function untrailingslashit( $url ) {
	return rtrim( $url, '/' );
}
function wp_remote_request( $url, $arguments ) {
	$GLOBALS['asked'] = array( 'url' => $url ) + $arguments;
	return $GLOBALS['scene']['answer'] ?? new WP_Error();
}
function is_wp_error( $thing ) {
	return $thing instanceof WP_Error;
}
function wp_remote_retrieve_response_code( $answer ) {
	return $answer['response']['code'];
}
function wp_remote_retrieve_header( $answer, $name ) {
	return $answer['headers'][ $name ] ?? '';
}
function set_transient( $name, $value ) {
	$GLOBALS['kept'][ $name ] = $value;
}
function get_transient( $name ) {
	return $GLOBALS['kept'][ $name ] ?? false;
}
function wp_generate_uuid4() {
	return '11111111-2222-4333-8444-555555555555';
}
function current_user_can() {
	return true;
}
function esc_html( $text ) {
	return htmlspecialchars( $text );
}

require $argv[1];

$answer = $hooks['pre_http_request']( $scene['earlier'], $scene['arguments'], $scene['url'] );
ob_start();
$hooks['admin_notices']();
echo json_encode(
	array(
		'answer' => $answer,
		'asked'  => $asked,
		'notice' => ob_get_clean(),
	)
);
