#!/usr/bin/env escript
%% The ssl application of Erlang as a peer program. The server sends each line back as it is.
%%
%% escript erl_peer.escript server|client name=value,value ...
%% Says LISTENING, CONNECTED, RECEIVED, DONE and FAILED, one line each; the support file erlang_ssl.ts reads them.

-mode(compile).
-define(PATIENCE, 10000).

main([Role | Args]) ->
    Options = maps:from_list([parse(Arg) || Arg <- Args]),
    logger:set_primary_config(level, none),
    {ok, _} = application:ensure_all_started(ssl),
    spawn_link(fun end_with_stdin/0),
    case Role of
        "server" -> serve(Options);
        "client" -> converse(Options)
    end.

parse(Arg) ->
    [Name, Value] = string:split(Arg, "="),
    {list_to_atom(Name), Value}.

list(Value) ->
    string:split(Value, ",", all).

%% Whoever started us is gone.
end_with_stdin() ->
    eof = io:get_line(""),
    halt(0, [{flush, true}]).

%% ---- Server

serve(Options) ->
    {ok, Listener} = ssl:listen(0, server_options(Options) ++ common_options(Options)),
    {ok, {_, Port}} = ssl:sockname(Listener),
    io:format("LISTENING ~b~n", [Port]),
    accept(Listener).

accept(Listener) ->
    {ok, Transport} = ssl:transport_accept(Listener),
    Server = spawn(fun() -> receive go -> handshake(Transport) end end),
    ok = ssl:controlling_process(Transport, Server),
    Server ! go,
    accept(Listener).

handshake(Transport) ->
    case ssl:handshake(Transport, ?PATIENCE) of
        {ok, Socket} ->
            say_connected(Socket, false),
            echo(Socket);
        {error, Reason} ->
            say_failed(Reason)
    end.

echo(Socket) ->
    case ssl:recv(Socket, 0) of
        {ok, Line} ->
            ok = ssl:send(Socket, Line),
            echo(Socket);
        {error, _} ->
            ssl:close(Socket)
    end.

server_options(Options) ->
    [{ip, {127, 0, 0, 1}}]
        ++ with(require_client_cert, Options, fun(_) -> [{verify, verify_peer}, {fail_if_no_peer_cert, true}] end)
        ++ with(alpn, Options, fun(Protocols) -> [{alpn_preferred_protocols, binaries(list(Protocols))}] end)
        ++ with(sni, Options, fun(Sni) -> [sni_hosts(list(Sni))] end).

sni_hosts([Name, Cert, Key]) ->
    {sni_hosts, [{Name, [{certfile, Cert}, {keyfile, Key}]}]}.

%% ---- Client

converse(Options) ->
    case maps:is_key(resume, Options) of
        true ->
            Session = connect(Options, [{reuse_sessions, save}]),
            connect(Options, [{reuse_session, Session}]);
        false ->
            connect(Options, [])
    end,
    io:format("DONE~n").

%% One connection and one line. Returns the session, as {reuse_session, Session} takes it.
connect(#{port := Port, line := Line} = Options, Extra) ->
    All = Extra ++ client_options(Options) ++ common_options(Options),
    case ssl:connect({127, 0, 0, 1}, list_to_integer(Port), All, ?PATIENCE) of
        {ok, Socket} ->
            Session = session(Socket),
            say_connected(Socket, is_same(Session, proplists:get_value(reuse_session, Extra))),
            ok = ssl:send(Socket, [Line, $\n]),
            case ssl:recv(Socket, 0, ?PATIENCE) of
                {ok, Answer} -> io:format("RECEIVED ~ts", [Answer]);
                {error, Reason} -> say_failed(Reason)
            end,
            ssl:close(Socket),
            Session;
        {error, Reason} ->
            say_failed(Reason),
            none
    end.

client_options(#{server_name := Name} = Options) ->
    [{verify, verify_peer}, {server_name_indication, Name}]
        ++ with(alpn, Options, fun(Protocols) -> [{alpn_advertised_protocols, binaries(list(Protocols))}] end).

%% ---- Both

common_options(#{ciphers := Names} = Options) ->
    [{versions, ['tlsv1.2']}, {ciphers, [ssl:str_to_suite(Name) || Name <- list(Names)]},
     binary, {active, false}, {packet, line}]
        ++ with(cert, Options, fun(File) -> [{certfile, File}] end)
        ++ with(key, Options, fun(File) -> [{keyfile, File}] end)
        ++ with(cacert, Options, fun(File) -> [{cacertfile, File}] end).

with(Name, Options, Make) ->
    case Options of
        #{Name := Value} -> Make(Value);
        _ -> []
    end.

binaries(Strings) ->
    [list_to_binary(String) || String <- Strings].

session(Socket) ->
    {ok, Facts} = ssl:connection_information(Socket, [session_id, session_data]),
    {proplists:get_value(session_id, Facts), proplists:get_value(session_data, Facts)}.

%% The item session_resumption is false in TLS 1.2, whatever happened.
is_same({Id, _}, {Id, _}) -> Id =/= <<>>;
is_same(_, _) -> false.

say_connected(Socket, Resumed) ->
    {ok, Facts} = ssl:connection_information(Socket, [protocol, selected_cipher_suite]),
    Alpn = case ssl:negotiated_protocol(Socket) of
        {ok, Protocol} -> Protocol;
        {error, _} -> ""
    end,
    io:format("CONNECTED protocol=~s suite=~s resumed=~s alpn=~s~n", [
        version(proplists:get_value(protocol, Facts)),
        ssl:suite_to_str(proplists:get_value(selected_cipher_suite, Facts)),
        Resumed,
        Alpn
    ]).

%% As OpenSSL writes it.
version('tlsv1.2') -> "TLSv1.2".

say_failed(Reason) ->
    io:format("FAILED ~0p~n", [Reason]).
