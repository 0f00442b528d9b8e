#!/usr/bin/env escript
%% Looks certificates up in revocation lists, as OTP's public_key does. In the folder are certificates and lists in DER,
%% and `cases`: terms {Certificate, Lists} of their files. For each, in a line: valid, revoked or undetermined.
main([Folder]) ->
    application:ensure_all_started(public_key),
    Root = otp(Folder, "root"),
    Paths = [{name(otp(Folder, N)), der(Folder, N)} || N <- ["ca", "other"]],
    {ok, Cases} = file:consult(filename:join(Folder, "cases")),
    [io:format("~p~n", [judge(Folder, Case, Root, Paths)]) || Case <- Cases].

judge(Folder, {Subject, Files}, Root, Paths) ->
    Cert = otp(Folder, Subject),
    Points = public_key:pkix_dist_points(Cert) ++ [public_key:pkix_dist_point(Cert)],
    Lists = [begin D = der(Folder, F), {D, public_key:der_decode('CertificateList', D)} end || F <- Files],
    Fun = fun(_, CRL, _, _) ->
              Issuer = public_key:pkix_normalize_name(public_key:pkix_crl_issuer(CRL)),
              case lists:keyfind(Issuer, 1, Paths) of
                  {_, Der} -> {ok, Root, [Der]};
                  false -> {error, issuer_not_found}
              end
          end,
    Pairs = [{P, L} || P <- Points, L <- Lists],
    case public_key:pkix_crls_validate(Cert, Pairs, [{issuer_fun, {Fun, []}}]) of
        valid -> valid;
        {bad_cert, {revoked, _}} -> revoked;
        {bad_cert, _} -> undetermined
    end.

der(Folder, Name) -> {ok, Der} = file:read_file(filename:join(Folder, Name)), Der.
otp(Folder, Name) -> public_key:pkix_decode_cert(der(Folder, Name), otp).
name(Cert) -> public_key:pkix_normalize_name(element(7, element(2, Cert))).
