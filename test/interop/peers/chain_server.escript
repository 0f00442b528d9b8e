%% Servers of Erlang's ssl, one for each file with a chain and its key. Says on which ports they are, and then what
%% each has heard of its only client: `heard Port Alert`.

main(Files) ->
    {ok, _} = application:ensure_all_started(ssl),
    logger:set_primary_config(level, none),
    Listeners = [listen(File) || File <- Files],
    Ports = [integer_to_list(Port) || {Port, _} <- Listeners],
    io:format("ports ~s~n", [lists:join(",", Ports)]),
    [spawn_link(fun() -> serve(Port, Listener) end) || {Port, Listener} <- Listeners],
    io:get_line("").

listen(File) ->
    Options = [{certfile, File}, {keyfile, File}, {versions, ['tlsv1.2']}, {ip, {127, 0, 0, 1}}, {active, false}],
    {ok, Listener} = ssl:listen(0, Options),
    {ok, {_, Port}} = ssl:sockname(Listener),
    {Port, Listener}.

serve(Port, Listener) ->
    {ok, Socket} = ssl:transport_accept(Listener),
    io:format("heard ~b ~p~n", [Port, heard(ssl:handshake(Socket, 10000))]),
    receive never -> ok end.

heard({ok, _}) -> nothing;
heard({error, {tls_alert, {Alert, _}}}) -> Alert;
heard({error, Reason}) -> Reason.
