#!/usr/bin/env escript
%% The ssl application of Erlang as a told program: see matrix/told_program.ts for the lines it reads and writes.
%%
%% escript told_peer.escript

-mode(compile).
-define(PATIENCE, 10000).

main([]) ->
    logger:set_primary_config(level, none),
    {ok, _} = application:ensure_all_started(ssl),
    ets:new(listeners, [named_table, public]),
    read_orders().

%% Ends when whoever started us is gone.
read_orders() ->
    case io:get_line("") of
        eof ->
            halt(0, [{flush, true}]);
        Line ->
            [Id, Order | Words] = string:split(string:trim(Line), "\t", all),
            Options = maps:from_list([parse(Word) || Word <- Words]),
            spawn(fun() -> obey(Id, Order, Options) end),
            read_orders()
    end.

parse(Word) ->
    [Name, Value] = string:split(Word, "="),
    {list_to_atom(Name), Value}.

obey(Id, Order, Options) ->
    try
        case Order of
            "listen" -> listen(Id, Options);
            "connect" -> converse(Id, Options);
            "close" -> ok = ssl:close(ets:lookup_element(listeners, maps:get(listener, Options), 2))
        end
    catch
        _:Reason:Trace -> say(Id, "failed ~0p ~0p", [Reason, hd(Trace)])
    end.

say(Id, Format, Args) ->
    io:format("~s " ++ Format ++ "~n", [Id | Args]).

%% ---- Server

listen(Id, Options) ->
    {ok, Listener} = ssl:listen(0, [{ip, {127, 0, 0, 1}} | server_options(Options) ++ common_options(Options)]),
    ets:insert(listeners, {Id, Listener}),
    {ok, {_, Port}} = ssl:sockname(Listener),
    say(Id, "port ~b", [Port]),
    accept(Id, Listener).

accept(Id, Listener) ->
    case ssl:transport_accept(Listener) of
        {ok, Transport} ->
            Server = spawn(fun() -> receive go -> serve(Id, Transport) end end),
            ok = ssl:controlling_process(Transport, Server),
            Server ! go,
            accept(Id, Listener);
        {error, _} ->
            closed
    end.

serve(Id, Transport) ->
    case ssl:handshake(Transport, ?PATIENCE) of
        {ok, Socket} -> echo(Socket);
        {error, Reason} -> say(Id, "served ~0p", [Reason])
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
    with(psk, Options, fun(Key) -> [{user_lookup_fun, {fun(psk, _, _) -> {ok, Key} end, []}}] end)
        ++ with(srp_user, Options, fun(_) -> [{user_lookup_fun, {fun srp_user/3, Options}}] end)
        ++ with(dh, Options, fun(File) -> [{dhfile, File}] end)
        ++ with(asks, Options, fun(Asks) -> [{verify, verify_peer}, {fail_if_no_peer_cert, Asks =:= "needed"}] end).

srp_user(srp, User, #{srp_password := Password, srp_salt := Hex}) ->
    Salt = binary:decode_hex(list_to_binary(Hex)),
    Inner = crypto:hash(sha, [User, $:, Password]),
    {ok, {srp_2048, Salt, crypto:hash(sha, [Salt, Inner])}}.

%% ---- Client

converse(Id, #{times := Times} = Options) ->
    lists:foldl(
        fun(_, Session) -> connect(Id, Options, Session) end,
        none,
        lists:seq(1, list_to_integer(Times))
    ),
    say(Id, "done", []).

%% One connection and one line. Returns the session, as {reuse_session, Session} takes it.
connect(Id, #{port := Port, line := Line} = Options, Session) ->
    Resumption = case Session of
        none -> {reuse_sessions, save};
        _ -> {reuse_session, Session}
    end,
    All = [Resumption | client_options(Options) ++ common_options(Options)],
    {ok, Socket} = ssl:connect({127, 0, 0, 1}, list_to_integer(Port), All, ?PATIENCE),
    {ok, Facts} = ssl:connection_information(Socket, [protocol, selected_cipher_suite, session_id, session_data]),
    [Protocol, Suite, SessionId, Data] = [
        proplists:get_value(Item, Facts)
     || Item <- [protocol, selected_cipher_suite, session_id, session_data]
    ],
    say(Id, "connected protocol=~s suite=~s resumed=~s", [
        version(Protocol),
        ssl:suite_to_str(Suite),
        is_of(SessionId, Session)
    ]),
    ok = ssl:send(Socket, [Line, $\n]),
    {ok, Answer} = ssl:recv(Socket, 0, ?PATIENCE),
    say(Id, "received ~ts", [string:trim(Answer)]),
    ok = ssl:close(Socket),
    {SessionId, Data}.

client_options(Options) ->
    [{verify, verify_peer}, {server_name_indication, "localhost"}]
        ++ with(psk, Options, fun(Key) -> [
            {psk_identity, maps:get(psk_identity, Options)},
            {user_lookup_fun, {fun(psk, _, _) -> {ok, Key} end, []}}
        ] end)
        ++ with(srp_user, Options, fun(User) -> [{srp_identity, {User, maps:get(srp_password, Options)}}] end).

%% ---- Both

common_options(#{version := Version, suites := Names} = Options) ->
    [{versions, [list_to_atom(Version)]}, binary, {active, false}, {packet, line},
     {ciphers, [ssl:str_to_suite(Name) || Name <- string:split(Names, ",", all)]}]
        ++ with(cert, Options, fun(File) -> [{certfile, File}] end)
        ++ with(key, Options, fun(File) -> [{keyfile, File}] end)
        ++ with(cacerts, Options, fun(File) -> [{cacertfile, File}] end).

with(Name, Options, Make) ->
    case Options of
        #{psk := Hex} when Name =:= psk -> Make(binary:decode_hex(list_to_binary(Hex)));
        #{Name := Value} -> Make(Value);
        _ -> []
    end.

%% As OpenSSL writes it.
version(Version) ->
    "TLS" ++ tl(tl(tl(atom_to_list(Version)))).

%% The item session_resumption is false before TLS 1.3, whatever happened.
is_of(Id, {Id, _}) -> Id =/= <<>>;
is_of(_, _) -> false.
