<?php
/**
 * Plugin Name: Moderation for Akismet
 * Description: Lets the Akismet plugin ask your own moderation service. While the service cannot be reached, comments wait.
 * Version: 1.0.0
 * Requires PHP: 7.4
 * License: MIT
 *
 * Copy this file to wp-content/mu-plugins/, and set the service's address in wp-config.php:
 *
 *     define( 'MODERATION_SERVER', 'https://moderation.example.org' );
 *
 * @package ModerationAkismet
 */

defined( 'ABSPATH' ) || exit;

// The Akismet plugin would let a visitor wait for three times fifteen seconds.
const MODERATION_AKISMET_SECONDS = 5;
// How many undecided comments are asked about again in one run of WordPress's schedule.
const MODERATION_AKISMET_AT_ONCE = 50;
// What the service says while a comment waits for a person. The Akismet plugin holds it, and asks again.
const MODERATION_AKISMET_REVIEW  = 'review';
const MODERATION_AKISMET_FAILURE = 'moderation_akismet_failure';

add_filter( 'pre_http_request', 'moderation_akismet_ask', 10, 3 );
add_action( 'akismet_scheduled_recheck', 'moderation_akismet_go_on' );
add_filter( 'notify_moderator', 'moderation_akismet_tell_once', 10, 2 );
add_filter( 'delete_comment_metadata', 'moderation_akismet_keep_in_line', 10, 3 );
add_action( 'admin_notices', 'moderation_akismet_notice' );
add_action( 'network_admin_notices', 'moderation_akismet_notice' );

/**
 * Ask the owner's service whatever the Akismet plugin asks Akismet.
 *
 * @param false|array|WP_Error $answer    What another plugin answered already, or false.
 * @param array                $arguments The request's method, headers, body and so on.
 * @param string               $url       Where the request was to go.
 * @return false|array|WP_Error The answer; false lets WordPress send the request as it is.
 */
function moderation_akismet_ask( $answer, $arguments, $url ) {
	$host = (string) wp_parse_url( $url, PHP_URL_HOST );
	if ( false !== $answer || ! preg_match( '/^(?:([^.]+)\.)?rest\.akismet\.com$/i', $host, $found ) ) {
		return $answer;
	}
	$server = moderation_akismet_server();
	if ( '' === $server ) {
		return moderation_akismet_hold();
	}

	$path  = (string) wp_parse_url( $url, PHP_URL_PATH );
	$query = (string) wp_parse_url( $url, PHP_URL_QUERY );
	$body  = $arguments['body'] ?? '';
	// Plugins before 5.0 name the key only in the host, which the service does not see.
	if ( isset( $found[1] ) && is_string( $body ) && ! preg_match( '/(?:^|&)api_key=/', $body ) ) {
		$arguments['body'] = $body . '&api_key=' . rawurlencode( $found[1] );
	}
	$arguments['headers'] = array_filter(
		(array) ( $arguments['headers'] ?? array() ),
		function ( $name ) {
			return 'host' !== strtolower( $name );
		},
		ARRAY_FILTER_USE_KEY
	);
	$arguments['timeout'] = min( MODERATION_AKISMET_SECONDS, $arguments['timeout'] ?? MODERATION_AKISMET_SECONDS );
	// A redirect would turn the question into one without its content.
	$arguments['redirection']  = 0;
	$arguments['_redirection'] = 0;

	$answer   = wp_remote_request( $server . $path . ( '' === $query ? '' : '?' . $query ), $arguments );
	$is_check = '/1.1/comment-check' === $path;
	$problem  = moderation_akismet_problem( $answer, $is_check );
	if ( '' !== $problem ) {
		set_transient( MODERATION_AKISMET_FAILURE, $problem, HOUR_IN_SECONDS );
		return moderation_akismet_hold();
	}
	// Plugins from 5.5 on would only wait for a callback then, and publish when none ever comes.
	if ( $is_check && 'false' === $answer['body'] && '' !== (string) wp_remote_retrieve_header( $answer, 'x-akismet-recheck-after' ) ) {
		$answer['body'] = MODERATION_AKISMET_REVIEW;
	}
	return $answer;
}

/**
 * The service's address without a slash at its end, or '' if none is set that could be asked.
 *
 * @return string
 */
function moderation_akismet_server() {
	$server = defined( 'MODERATION_SERVER' ) ? (string) constant( 'MODERATION_SERVER' ) : '';
	$host   = (string) wp_parse_url( $server, PHP_URL_HOST );
	$is_ok  = preg_match( '~^https?://[^\s/?#]+(?:/[^\s?#]*)?$~iD', $server ) && ! preg_match( '/(^|\.)akismet\.com$/i', $host );
	return $is_ok ? untrailingslashit( $server ) : '';
}

/**
 * What is wrong with an answer, as a part of a sentence, or ''.
 *
 * @param array|WP_Error $answer   What came back.
 * @param bool           $is_check Whether it decides on a comment.
 * @return string
 */
function moderation_akismet_problem( $answer, $is_check ) {
	if ( is_wp_error( $answer ) ) {
		return $answer->get_error_message();
	}
	$code = (int) wp_remote_retrieve_response_code( $answer );
	if ( 200 !== $code ) {
		return "it answered with status $code";
	}
	$type = (string) wp_remote_retrieve_header( $answer, 'content-type' );
	$guid = (string) wp_remote_retrieve_header( $answer, 'x-akismet-guid' );
	// Without its id, plugins from 5.3.7 on pass over an answer and publish the comment.
	if ( $is_check && ( '' === $guid || 0 !== stripos( $type, 'text/plain' ) ) ) {
		return 'what answers there is not a moderation service';
	}
	return '';
}

/**
 * The answer on which every version of the Akismet plugin holds a comment and asks again later.
 *
 * @return array
 */
function moderation_akismet_hold() {
	return array(
		'headers'  => array(
			'content-type'   => 'text/plain; charset=utf-8',
			'x-akismet-guid' => wp_generate_uuid4(),
		),
		'body'     => 'error',
		'response' => array(
			'code'    => 503,
			'message' => 'Service Unavailable',
		),
		'cookies'  => array(),
		'filename' => null,
	);
}

/**
 * Go on with the next comment where the Akismet plugin stops at the first that nobody decided on yet.
 *
 * @param string $reason Why the plugin asks again later.
 */
function moderation_akismet_go_on( $reason ) {
	global $wpdb;
	static $seen = array();
	// Any other word than this means trouble, which the next comment would meet as well.
	if ( 'check-db-comment-' . MODERATION_AKISMET_REVIEW !== $reason ) {
		return;
	}
	$stopped_at = (int) $wpdb->get_var( "SELECT comment_id FROM {$wpdb->commentmeta} WHERE meta_key = 'akismet_error' ORDER BY meta_id LIMIT 1" );
	if ( ! $stopped_at || isset( $seen[ $stopped_at ] ) || count( $seen ) >= MODERATION_AKISMET_AT_ONCE ) {
		return;
	}
	$seen[ $stopped_at ] = true;
	// To the end of the plugin's line.
	delete_comment_meta( $stopped_at, 'akismet_error' );
	add_comment_meta( $stopped_at, 'akismet_error', time() );
	Akismet::cron_recheck();
}

/**
 * Keep a comment in the plugin's line after its button Check for Spam, which finds spam and publishes nothing.
 *
 * @param null|bool $done       What another plugin made of it already, or null.
 * @param int       $comment_id The comment.
 * @param string    $key        What is about to be deleted.
 * @return null|bool
 */
function moderation_akismet_keep_in_line( $done, $comment_id, $key ) {
	$is_button = doing_action( 'wp_ajax_akismet_recheck_queue' ) || doing_action( 'admin_action_akismet_recheck_queue' );
	if ( $is_button && 'akismet_error' === $key && 'unapproved' === wp_get_comment_status( $comment_id ) ) {
		return false;
	}
	return $done;
}

/**
 * Let WordPress write to the moderators once about a comment, and not each time it is asked about again.
 *
 * @param bool $is_wanted  Whether they want to be written to.
 * @param int  $comment_id The comment.
 * @return bool
 */
function moderation_akismet_tell_once( $is_wanted, $comment_id ) {
	if ( ! $is_wanted || ! get_comment_meta( $comment_id, 'akismet_rechecking', true ) ) {
		return $is_wanted;
	}
	return (bool) add_comment_meta( $comment_id, 'moderation_akismet_told', true, true );
}

/**
 * Tell the owner what keeps comments from being judged.
 */
function moderation_akismet_notice() {
	if ( ! current_user_can( 'manage_options' ) ) {
		return;
	}
	$failure = get_transient( MODERATION_AKISMET_FAILURE );
	$notices = array();
	if ( '' === moderation_akismet_server() ) {
		$notices[] = "Every new comment waits for you: wp-config.php must name your moderation service, as in define( 'MODERATION_SERVER', 'https://moderation.example.org' );";
	} elseif ( $failure ) {
		$notices[] = "Within the last hour the moderation service could not be used: $failure. Comments that came meanwhile wait, and are checked again by themselves.";
	}
	if ( ! class_exists( 'Akismet' ) ) {
		$notices[] = 'Comments are not sent to your moderation service, because the Akismet plugin is not active.';
	}
	foreach ( $notices as $notice ) {
		printf( '<div class="notice notice-error"><p>%s</p></div>', esc_html( $notice ) );
	}
}
