// Package server is a small, fast and strict HTTP/1.1 server in the model of ESP-IDF's esp_http_server: a
// configuration with every limit in it, handlers registered for a URI and a method, one request object for
// reading and responding, sessions with a context.
//
//	s, err := server.New(server.DefaultConfig())
//	if err != nil {
//		log.Fatal(err)
//	}
//	s.Handle("GET", "/hello", func(r *server.Request) error {
//		return r.SendString("Hello World!")
//	})
//	log.Fatal(s.ListenAndServe())
//
// A registered path is literal, or has {name} segments, or ends with * for any tail or ? for an optional last
// character: /user/{id}, /tree/*, /path/?. Literal paths win over the others, which are tried in the order in
// which they were registered.
//
// Handlers of requests that are there in whole run on the event loop that has the connection, one after the other:
// they must not wait. A handler that does is registered with URI.Blocking and runs on a goroutine of its own, as
// does every handler whose request is still on its way. A handler that reads or sends more than is possible at once
// moves there by itself.
//
// An idle connection takes about 300 bytes of the server's own memory, however many there are, and no time: a million
// takes 300 MB, the kernel's buffers apart, and the right to that many descriptors.
//
// What Request's methods return as []byte are views of the received bytes, valid until the handler returns.
//
// # The original and its Go counterparts
//
// Every function, field, constant, error, event and option of esp_http_server and esp_https_server, and what it
// is here. "none" says why Go needs nothing.
//
// Constants and errors:
//
//	ESP_HTTPD_DEF_CTRL_PORT                      none: a loop is woken by an eventfd, there is no control port
//	HTTPD_RESP_USE_STRLEN                        Request.SendString: Go's strings know their length
//	HTTP_ANY                                     AnyMethod
//	ESP_OK                                       none: a nil error
//	ESP_FAIL                                     ErrInvalid, or the error of the call that failed, wrapped
//	ESP_ERR_INVALID_ARG                          "
//	ESP_ERR_HTTPD_BASE                           none: errors are values, compared by errors.Is
//	ESP_ERR_HTTPD_HANDLERS_FULL                  ErrHandlersFull
//	ESP_ERR_HTTPD_HANDLER_EXISTS                 ErrHandlerExists
//	ESP_ERR_HTTPD_INVALID_REQ                    ErrInvalid
//	ESP_ERR_HTTPD_RESULT_TRUNC                   none: results are views or grow, nothing is cut off
//	ESP_ERR_HTTPD_RESP_HDR                       ErrField, ErrFieldsOut
//	ESP_ERR_HTTPD_RESP_SEND                      the error of Request.Send
//	ESP_ERR_HTTPD_ALLOC_MEM                      none: limits refuse before memory runs out, see Config
//	ESP_ERR_HTTPD_TASK                           none: goroutines do not fail to start
//	ESP_ERR_NOT_FOUND                            ErrNotFound, or nil where something is looked up
//	HTTPD_SOCK_ERR_FAIL                          the error of Request.Read
//	HTTPD_SOCK_ERR_INVALID                       ErrClosed
//	HTTPD_SOCK_ERR_TIMEOUT                       os.ErrDeadlineExceeded
//	HTTPD_200                                    Request.SetStatus takes the number, StatusText has the reason
//	HTTPD_204                                    "
//	HTTPD_207                                    "
//	HTTPD_400                                    "
//	HTTPD_404                                    "
//	HTTPD_408                                    "
//	HTTPD_500                                    "
//	HTTPD_TYPE_JSON                              TypeJSON
//	HTTPD_TYPE_TEXT                              TypeHTML, which it is; TypeText is text/plain
//	HTTPD_TYPE_OCTET                             TypeOctetStream
//	httpd_method_t                               Request.Method, a string; http1.Method has the numbers
//	httpd_handle_t                               Server
//
// Configuration: httpd_config_t:
//
//	httpd_config_t                               Config
//	HTTPD_DEFAULT_CONFIG                         DefaultConfig
//	task_priority                                none: the Go runtime schedules goroutines and grows their stacks
//	stack_size                                   "
//	core_id                                      "
//	task_caps                                    "
//	max_req_hdr_len                              Config.MaxHeader; Config.MaxFields, Config.MaxFieldsOut
//	max_uri_len                                  Config.MaxTarget
//	server_port                                  Config.Addr
//	ctrl_port                                    none: there is no control port
//	max_open_sockets                             Config.MaxOpenSockets
//	max_uri_handlers                             Config.MaxHandlers
//	max_resp_headers                             Config.MaxFieldsOut, in bytes
//	backlog_conn                                 Config.Backlog
//	lru_purge_enable                             Config.LRUPurge, which is on
//	recv_wait_timeout                            Config.RecvTimeout; Config.IdleTimeout, Config.HeadTimeout
//	send_wait_timeout                            Config.SendTimeout
//	global_user_ctx                              Config.UserContext, Config.FreeUserContext
//	global_user_ctx_free_fn                      "
//	global_transport_ctx                         Config.TransportContext, Config.FreeTransportContext
//	global_transport_ctx_free_fn                 "
//	enable_so_linger                             Config.LingerTimeout: the server waits itself, so that the answer is read
//	linger_timeout                               "
//	keep_alive_enable                            Config.TCPKeepAlive
//	keep_alive_idle                              "
//	keep_alive_interval                          "
//	keep_alive_count                             "
//	if_name                                      Config.Interface
//	open_fn                                      Config.Open
//	httpd_open_func_t                            "
//	close_fn                                     Config.Close, which sees the session but does not replace close(2)
//	httpd_close_func_t                           "
//	uri_match_fn                                 Config.Match, MatchFunc; nil also understands {name}
//	httpd_uri_match_func_t                       "
//
// Lifecycle:
//
//	httpd_start                                  New, Server.Start; Server.Serve, Server.ListenAndServe
//	httpd_stop                                   Server.Stop, Server.Shutdown; bounded by a context
//	httpd_get_server_state                       Server.State
//	httpd_get_global_user_ctx                    Request.GlobalContext
//	httpd_get_global_transport_ctx               Config.TransportContext, by Server.Config
//
// URI handlers:
//
//	httpd_uri_t                                  URI: URI.Path, URI.Method, URI.Handler, URI.UserContext; URI.Blocking is new
//	uri                                          "
//	method                                       "
//	handler                                      "
//	user_ctx                                     "
//	httpd_register_uri_handler                   Server.Register, Server.Handle
//	httpd_unregister_uri_handler                 Server.Unregister
//	httpd_unregister_uri                         Server.UnregisterPath
//	httpd_uri_match_wildcard                     MatchWildcard; MatchExact
//
// Request:
//
//	httpd_req_t                                  Request; Request.Server
//	handle                                       "
//	aux                                          "
//	uri                                          Request.Target, Request.Path, Request.PathValue, Request.PathTail
//	content_len                                  Request.ContentLength
//	user_ctx                                     Request.UserContext
//	sess_ctx                                     Request.Context, Request.SetContext
//	free_ctx                                     "
//	ignore_sess_ctx_changes                      Session.ReplaceContext
//	httpd_req_recv                               Request.Read, Request.Body; chunked content, too
//	httpd_req_get_hdr_value_len                  Request.Field, Request.Fields; also after sending
//	httpd_req_get_hdr_value_str                  "
//	httpd_req_get_hdr_value_str_ptr              "
//	httpd_req_get_url_query_len                  Request.Query
//	httpd_req_get_url_query_str                  "
//	httpd_req_get_url_query_str_ptr              "
//	httpd_query_key_value                        Request.QueryValue, FormValue; decoded, names case-sensitive
//	httpd_req_get_cookie_val                     Request.Cookie, in every Cookie field, with or without the space
//	httpd_req_to_sockfd                          Session.Descriptor
//	httpd_get_raw_req_data_len                   Request.RawHead
//	httpd_get_raw_req_data                       "
//
// Response:
//
//	httpd_resp_set_status                        Request.SetStatus
//	httpd_resp_set_type                          Request.SetType
//	httpd_resp_set_hdr                           Request.AddField, Request.SetField; copied at once
//	httpd_resp_send                              Request.Send
//	httpd_resp_send_chunk                        Request.SendChunk; Request.Write, Request.Flush, Request.SetLength
//	httpd_resp_sendstr                           Request.SendString
//	httpd_resp_sendstr_chunk                     Request.SendStringChunk
//	httpd_resp_send_err                          Request.SendError
//	httpd_resp_send_custom_err                   "
//	httpd_resp_send_404                          Request.SendError
//	httpd_resp_send_408                          "
//	httpd_resp_send_500                          "
//	httpd_send                                   Request.SendRaw
//	httpd_socket_send                            Request.Takeover: the connection as a net.Conn
//	httpd_socket_recv                            "
//
// Errors: httpd_err_code_t:
//
//	HTTPD_501_METHOD_NOT_IMPLEMENTED             501, for methods that no standard has and nothing is registered for
//	HTTPD_505_VERSION_NOT_SUPPORTED              505
//	HTTPD_400_BAD_REQUEST                        400
//	HTTPD_401_UNAUTHORIZED                       401, by Request.DemandAuth
//	HTTPD_403_FORBIDDEN                          403, for handlers
//	HTTPD_404_NOT_FOUND                          404
//	HTTPD_405_METHOD_NOT_ALLOWED                 405, with Allow
//	HTTPD_408_REQ_TIMEOUT                        408
//	HTTPD_411_LENGTH_REQUIRED                    411, of URI.LengthRequired: else content without Content-Length is chunked or none
//	HTTPD_413_CONTENT_TOO_LARGE                  413
//	HTTPD_414_URI_TOO_LONG                       414
//	HTTPD_431_REQ_HDR_FIELDS_TOO_LARGE           431
//	HTTPD_500_INTERNAL_SERVER_ERROR              500
//	HTTPD_ERR_CODE_MAX                           none: statuses are numbers in [400..599]
//	httpd_err_code_t                             the status, an int; 417 and 503 are new
//	httpd_register_err_handler                   Server.HandleError, ErrorHandler
//	httpd_req_handle_err                         Request.Fail
//
// Sessions:
//
//	httpd_sess_get_ctx                           Session.Context, Session.SetContext
//	httpd_sess_set_ctx                           "
//	httpd_sess_get_transport_ctx                 Session.TransportContext, Session.SetTransportContext
//	httpd_sess_set_transport_ctx                 "
//	httpd_free_ctx_fn_t                          func(any)
//	httpd_sess_trigger_close                     Session.Close, ahead of queued work; a Session is never used again
//	httpd_sess_update_lru_counter                Session.Touch
//	httpd_get_client_list                        Server.Sessions, Server.OpenSockets
//	httpd_sess_set_send_override                 Session.OverrideSend, SendFunc
//	httpd_send_func_t                            "
//	httpd_sess_set_recv_override                 Session.OverrideRecv, RecvFunc
//	httpd_recv_func_t                            "
//	httpd_sess_set_pending_override              Session.OverridePending, PendingFunc; Session.Pending
//	httpd_pending_func_t                         "
//
// Work and asynchronous requests:
//
//	httpd_queue_work                             Server.QueueWork, Server.QueueWorkWait; Session.QueueWork
//	httpd_req_async_handler_begin                Request.Async; Request.Gone tells when the peer leaves
//	httpd_req_async_handler_complete             Request.Complete
//
// WebSocket:
//
//	is_websocket                                 URI.WebSocket, Server.HandleWebSocket
//	handle_ws_control_frames                     WebSocket.ControlFrames
//	supported_subprotocol                        WebSocket.Subprotocols; Socket.Subprotocol
//	ws_pre_handshake_cb                          WebSocket.PreHandshake
//	ws_post_handshake_cb                         WebSocket.PostHandshake
//	httpd_ws_type_t                              FrameType
//	httpd_ws_client_info_t                       Session.Socket, Session.Closed
//	httpd_ws_frame_t                             Frame
//	transfer_complete_cb                         Socket.SendNotify
//	httpd_ws_recv_frame                          none: WebSocket.Handler is given the Frame; see Delivery
//	httpd_ws_recv_frame_part                     Parts
//	httpd_ws_send_frame                          Frame.Reply, Frame.ReplyPart
//	httpd_ws_send_frame_async                    Socket.Send, from any goroutine
//	httpd_ws_send_data                           Socket.SendWait
//	httpd_ws_send_data_async                     Socket.SendNotify
//	httpd_ws_get_fd_info                         Session.Socket; Server.Sockets
//
// Events:
//
//	ESP_HTTP_SERVER_EVENT                        Server.Subscribe, Event, EventID, Subscription
//	HTTP_SERVER_EVENT_ERROR                      EventError
//	HTTP_SERVER_EVENT_START                      EventStart
//	HTTP_SERVER_EVENT_ON_CONNECTED               EventConnected
//	HTTP_SERVER_EVENT_ON_HEADER                  EventHeader
//	HTTP_SERVER_EVENT_HEADERS_SENT               EventHeadersSent, for chunked responses, too
//	HTTP_SERVER_EVENT_ON_DATA                    EventData
//	HTTP_SERVER_EVENT_SENT_DATA                  EventSentData
//	HTTP_SERVER_EVENT_DISCONNECTED               EventDisconnected
//	HTTP_SERVER_EVENT_STOP                       EventStop
//	esp_http_server_event_data                   Event.Session, Event.N
//
// Kconfig:
//
//	HTTPD_MAX_REQ_HDR_LEN                        Config.MaxHeader
//	HTTPD_MAX_URI_LEN                            Config.MaxTarget
//	HTTPD_ERR_RESP_NO_DELAY                      none: TCP_NODELAY is always set, output is gathered instead
//	HTTPD_PURGE_BUF_LEN                          Config.MaxDrain bounds what is skipped
//	HTTPD_LOG_PURGE_DATA                         none: EventData tells
//	HTTPD_WS_SUPPORT                             none: without URI.WebSocket it costs nothing
//	HTTPD_WS_STRICTER_RFC6455                    none: nothing else is spoken
//	HTTPD_WS_PRE_HANDSHAKE_CB_SUPPORT            none: see WebSocket.PreHandshake
//	HTTPD_WS_POST_HANDSHAKE_CB_SUPPORT           none: see WebSocket.PostHandshake
//	HTTPD_QUEUE_WORK_BLOCKING                    Server.QueueWorkWait
//	HTTPD_ENABLE_EVENTS                          none: events cost nothing without a subscriber
//	HTTPD_SERVER_EVENT_POST_TIMEOUT              none: posting never waits, Subscription.Dropped counts
//	HTTPD_VALIDATE_REQ                           none: the compiler does
//
// HTTPS: esp_https_server:
//
//	httpd_ssl_start                              Server.Start, Server.Stop with Config.TLS
//	httpd_ssl_stop                               "
//	httpd_ssl_config_t                           Config.TLS, a tls.Config; Request.TLS
//	HTTPD_SSL_CONFIG_DEFAULT                     "
//	httpd                                        Config
//	servercert                                   tls.Config.Certificates
//	prvtkey_pem                                  "
//	server_key                                   "
//	cacert_pem                                   tls.Config.ClientCAs, tls.Config.ClientAuth
//	client_cert_authmode_optional                "
//	use_ecdsa_peripheral                         a crypto.Signer as tls.Certificate.PrivateKey
//	ecdsa_key_efuse_blk                          "
//	ecdsa_curve                                  "
//	use_secure_element                           "
//	transport_mode                               Config.Addr, and Config.TLS or not
//	port_secure                                  "
//	port_insecure                                "
//	session_tickets                              tls.Config.SessionTicketsDisabled
//	user_cb                                      Config.Open, Config.Close, Request.TLS
//	ssl_userdata                                 "
//	cert_select_cb                               tls.Config.GetCertificate
//	alpn_protos                                  tls.Config.NextProtos
//	tls_handshake_timeout_ms                     Config.HeadTimeout
//	tls_version                                  tls.Config.MinVersion, tls.Config.CipherSuites
//	ciphersuites_list                            "
//	HTTPS_SERVER_EVENT_ERROR                     the events above
//	HTTPS_SERVER_EVENT_START                     "
//	HTTPS_SERVER_EVENT_ON_CONNECTED              "
//	HTTPS_SERVER_EVENT_ON_DATA                   "
//	HTTPS_SERVER_EVENT_SENT_DATA                 "
//	HTTPS_SERVER_EVENT_DISCONNECTED              "
//	HTTPS_SERVER_EVENT_STOP                      "
//	ESP_HTTPS_SERVER_ENABLE                      none: see Config.TLS
//	ESP_HTTPS_SERVER_EVENTS                      "
//	ESP_HTTPS_SERVER_EVENT_POST_TIMEOUT          "
//	ESP_HTTPS_SERVER_CERT_SELECT_HOOK            "
package server
