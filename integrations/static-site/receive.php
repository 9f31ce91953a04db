<?php
/**
 * Takes a comment from a form on a static site, and keeps it in a folder. Knows no secret, and publishes nothing.
 *
 * COMMENTS in the environment names a folder that PHP may write to and that the web server does not hand out.
 */

$comment = array( 'sent_at' => gmdate( 'c' ), 'ip' => $_SERVER['REMOTE_ADDR'] );
foreach ( array( 'page', 'name', 'text', 'website' ) as $field ) {
	$comment[ $field ] = isset( $_POST[ $field ] ) && is_string( $_POST[ $field ] ) ? trim( $_POST[ $field ] ) : '';
}
$json = json_encode( $comment );
if ( ! $json || '' === $comment['text'] || strlen( $json ) > 20000 ) {
	http_response_code( 400 );
	exit( 'A comment needs some words, and at most a few pages of them.' );
}
$file = getenv( 'COMMENTS' ) . '/waiting/' . bin2hex( random_bytes( 12 ) );
// Under its name only when all of it is there.
if ( ! file_put_contents( "$file.part", $json ) || ! rename( "$file.part", "$file.json" ) ) {
	http_response_code( 503 );
	exit( 'Your comment could not be kept. Please try again later.' );
}
echo 'Thank you. Your comment appears as soon as it has been checked.';
