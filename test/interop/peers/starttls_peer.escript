#!/usr/bin/env escript
%% Lines over TCP that go over to TLS and back, twice, as examples/starttls.ts has them: Erlang's ssl on one side.
%%
%% A server says CLEAR on its output when TLS is off: what comes in the moment before, Erlang 25 may give to nobody
%% (it becomes a message to the new owner of a socket that is passive).
%%
%% escript starttls_peer.escript client PORT CACERTFILE
%% escript starttls_peer.escript server CERTFILE KEYFILE

-mode(compile).
-define(PATIENCE, 10000).

main(Args) ->
    logger:set_primary_config(level, none),
    {ok, _} = application:ensure_all_started(ssl),
    run(Args),
    halt(0, [{flush, true}]).

run(["client", Port, CaCertFile]) ->
    {ok, Tcp} = gen_tcp:connect({127, 0, 0, 1}, list_to_integer(Port), lines()),
    Options = [{verify, verify_peer}, {cacertfile, CaCertFile}, {server_name_indication, "localhost"}],
    [visit(Tcp, Options) || _ <- [1, 2]];
run(["server", CertFile, KeyFile]) ->
    {ok, Listener} = gen_tcp:listen(0, [{ip, {127, 0, 0, 1}} | lines()]),
    {ok, Port} = inet:port(Listener),
    io:format("LISTENING ~b~n", [Port]),
    {ok, Tcp} = gen_tcp:accept(Listener),
    serve(Tcp, [{certfile, CertFile}, {keyfile, KeyFile}]).

visit(Tcp, Options) ->
    say(ask(gen_tcp, Tcp, "one\n")),
    say(ask(gen_tcp, Tcp, "AUTH TLS\n")),
    {ok, Tls} = ssl:connect(Tcp, [{versions, ['tlsv1.2']} | Options], ?PATIENCE),
    say(ask(ssl, Tls, "two\n")),
    say(ask(ssl, Tls, "CCC\n")),
    Tcp = leave(Tls),
    say(ask(gen_tcp, Tcp, "three\n")).

serve(Tcp, Options) ->
    case gen_tcp:recv(Tcp, 0, ?PATIENCE) of
        {ok, "AUTH TLS\n"} ->
            ok = gen_tcp:send(Tcp, "234 in secret from here\n"),
            {ok, Tls} = ssl:handshake(Tcp, [{versions, ['tlsv1.2']} | Options], ?PATIENCE),
            serve_tls(Tls),
            Clear = leave(Tls),
            io:format("CLEAR~n"),
            serve(Clear, Options);
        {ok, Line} ->
            ok = gen_tcp:send(Tcp, ["200 clear: ", Line]),
            serve(Tcp, Options);
        {error, closed} ->
            io:format("LEFT~n")
    end.

serve_tls(Tls) ->
    case ssl:recv(Tls, 0, ?PATIENCE) of
        {ok, "CCC\n"} ->
            ok = ssl:send(Tls, "200 in the clear from here\n");
        {ok, Line} ->
            ok = ssl:send(Tls, ["200 secret: ", Line]),
            serve_tls(Tls)
    end.

leave(Tls) ->
    Tcp = case ssl:close(Tls, {self(), ?PATIENCE}) of
        {ok, Socket} -> Socket;
        {ok, Socket, Behind} -> ok = gen_tcp:unrecv(Socket, Behind), Socket
    end,
    ok = inet:setopts(Tcp, lines()),
    Tcp.

ask(Module, Socket, Line) ->
    ok = Module:send(Socket, Line),
    {ok, Answer} = Module:recv(Socket, 0, ?PATIENCE),
    Answer.

say(Line) -> io:format("~ts", [Line]).

lines() -> [list, {packet, line}, {active, false}].
