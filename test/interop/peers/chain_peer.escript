#!/usr/bin/env escript
%% The ssl application of Erlang, which shows chains and checks them: see matrix/told_program.ts for how it is told.
%%   7 listen chain=FILE                -> 7 port 40123, and of each client: 7 came to Outcome
%%   8 connect port=40123 chain=FILE    -> 8 came to Outcome
%% With trusted=FILE it checks what it is shown, and a server insists on it. Outcome: `ok` and the key that the peer has
%% shown, `heard Alert` or `said Alert`.

-mode(compile).
-define(PATIENCE, 10000).

main([]) ->
    logger:set_primary_config(level, none),
    {ok, _} = application:ensure_all_started(ssl),
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
            "connect" -> connect(Id, Options)
        end
    catch
        _:Reason:Trace -> say(Id, "failed ~0p ~0p", [Reason, hd(Trace)])
    end.

say(Id, Format, Args) ->
    io:format("~s " ++ Format ++ "~n", [Id | Args]).

listen(Id, Options) ->
    Insists = with(trusted, Options, fun(_) -> [{fail_if_no_peer_cert, true}] end),
    {ok, Listener} = ssl:listen(0, [{ip, {127, 0, 0, 1}} | Insists] ++ options(Options)),
    {ok, {_, Port}} = ssl:sockname(Listener),
    say(Id, "port ~b", [Port]),
    accept(Id, Listener).

accept(Id, Listener) ->
    {ok, Transport} = ssl:transport_accept(Listener),
    Server = spawn(fun() -> receive go -> outcome(Id, ssl:handshake(Transport, ?PATIENCE)) end end),
    ok = ssl:controlling_process(Transport, Server),
    Server ! go,
    accept(Id, Listener).

connect(Id, #{port := Port} = Options) ->
    Named = [{server_name_indication, "localhost"} | options(Options)],
    outcome(Id, ssl:connect({127, 0, 0, 1}, list_to_integer(Port), Named, ?PATIENCE)).

options(Options) ->
    [{versions, ['tlsv1.2']}, {active, false}]
        ++ with(chain, Options, fun(File) -> [{certfile, File}, {keyfile, File}] end)
        ++ with(signs, Options, fun(How) -> [{signature_algs, [{sha256, list_to_atom(How)}]}] end)
        ++ verify(Options).

verify(#{trusted := File}) -> [{verify, verify_peer}, {cacertfile, File}, {depth, 5}];
verify(_) -> [{verify, verify_none}].

with(Name, Options, Make) ->
    case Options of
        #{Name := Value} -> Make(Value);
        _ -> []
    end.

%% The socket of who was content stays open until the peer has seen that too.
outcome(Id, {ok, Socket}) ->
    say(Id, "came to ok ~s", [shown_key(ssl:peercert(Socket))]),
    ssl:recv(Socket, 0),
    ssl:close(Socket);
outcome(Id, {error, {tls_alert, {Alert, Text}}}) ->
    Verb = case string:find(Text, "generated") of nomatch -> heard; _ -> said end,
    say(Id, "came to ~s ~s", [Verb, Alert]);
outcome(Id, {error, Reason}) ->
    say(Id, "came to ~0p", [Reason]).

shown_key({error, no_peercert}) ->
    none;
shown_key({ok, Der}) ->
    Certificate = public_key:pkix_decode_cert(Der, otp),
    Info = element(8, element(2, Certificate)),
    case element(2, element(2, Info)) of
        {1, 2, 840, 113549, 1, 1, 1} -> rsa;
        {1, 2, 840, 10045, 2, 1} -> ecdsa
    end.
