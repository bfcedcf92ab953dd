using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Probing.Tls;
using NodaTime;

namespace Nines.Probing.Tests.Tls;

public sealed class TlsProbeTests : IClassFixture<OpenSslAuthority>
{
    private readonly OpenSslAuthority authority;

    public TlsProbeTests(OpenSslAuthority authority)
    {
        Assert.SkipUnless(OpenSslAuthority.Available, "openssl is not installed");
        this.authority = authority;
    }

    private TlsOptions Options(HostileServer server) => new() { Target = server.Target.ToString(), CaFile = authority.RootFile };

    private static Task<Sight> LookAsync(TlsOptions options) => Look.OnceAsync(Look.Define("tls", options));

    [Fact]
    public async Task A_good_certificate_gives_all_its_signals()
    {
        authority.Issue("good", key: "rsa:2048");
        await using var server = authority.Serve("good", "intermediate");
        var definition = Look.Define("tls", Options(server)).With(
            "cert_expires_in > 14d else degraded", "not expires_soon", "chain_length == 3", "chain_complete", "name_matches", "trusted",
            "protocol == \"TLS 1.3\"", "issuer == \"CN=OpenSSL-Intermediate\"", "key_type == \"RSA\"", "key_bits >= 2048");

        Assert.All(await Look.VerdictsAsync(definition), Assert.True);
        var sight = await Look.OnceAsync(definition);
        Assert.Matches("^[0-9a-f]{64}$", sight.Value(definition, "fingerprint").Text!);
        Assert.Matches("^[0-9a-f]+$", sight.Value(definition, "serial").Text!);
        Assert.True(sight.Value(definition, "revoked").IsMissing);
        Assert.InRange(sight.Value(definition, "tls_time").Number, 0, sight.Value(definition, "round_trip").Number);
    }

    [Fact]
    public async Task Another_certificate_is_another_fingerprint()
    {
        authority.Issue("before");
        authority.Issue("after");
        await using var before = authority.Serve("before", "intermediate");
        await using var after = authority.Serve("after", "intermediate");
        var definition = Look.Define("tls", Options(before));
        var fingerprint = (await Look.OnceAsync(definition)).Value(definition, "fingerprint").Text;

        Assert.Equal([true], await Look.VerdictsAsync(definition.With($"fingerprint == \"{fingerprint}\"")));
        Assert.Equal([false], await Look.VerdictsAsync(Look.Define("tls", Options(after)).With($"fingerprint == \"{fingerprint}\"")));
    }

    [Fact]
    public async Task A_certificate_that_ends_soon_is_a_signal_and_changes_nothing_unless_a_condition_is_put_on_it()
    {
        authority.Issue("soon"); // 30 days
        await using var server = authority.Serve("soon", "intermediate");
        var options = Options(server) with { ExpiryWarn = Duration.FromDays(45) };
        var definition = Look.Define("tls", options);

        Assert.True((await Look.OnceAsync(definition)).Value(definition, "expires_soon").Flag);
        Assert.Empty(new TlsProbeType().DefaultConditions(options));
        Assert.Equal([false], await Look.VerdictsAsync(definition.With("not expires_soon else degraded")));
    }

    [Theory]
    [InlineData("20200101000000Z", "20210101000000Z", "IP:127.0.0.1", true, "tls_expired")]
    [InlineData("20900101000000Z", "20910101000000Z", "IP:127.0.0.1", true, "tls_not_yet_valid")]
    [InlineData(null, null, "DNS:elsewhere.example", true, "tls_wrong_name")]
    [InlineData(null, null, "IP:127.0.0.1", false, "tls_incomplete_chain")]
    [InlineData("20200101000000Z", "20210101000000Z", "DNS:elsewhere.example", false, "tls_expired")]
    public async Task What_is_wrong_with_a_certificate_has_a_code_of_its_own(string? from, string? to, string names, bool whole, string code)
    {
        var name = $"bad-{Guid.NewGuid():N}";
        authority.Issue(name, from, to, names);
        await using var server = whole ? authority.Serve(name, "intermediate") : authority.Serve(name);

        var sight = await LookAsync(Options(server));

        sight.Refusal(code);
        Assert.False(sight.NeedsControl);
    }

    [Fact]
    public async Task A_strange_root_and_a_certificate_that_signed_itself_are_told_apart()
    {
        authority.IssueByStranger("strange");
        authority.SelfSign("selfish");
        await using var strange = authority.Serve("strange");
        await using var whole = authority.Serve("strange", "stranger");
        await using var selfish = authority.Serve("selfish");

        (await LookAsync(Options(strange))).Refusal("tls_untrusted");
        (await LookAsync(Options(whole))).Refusal("tls_untrusted");
        (await LookAsync(Options(selfish))).Refusal("tls_self_signed");
    }

    [Theory]
    [InlineData("20200101000000Z", "20210101000000Z", "IP:127.0.0.1", "expiry", "cert_expires_in < 0s")]
    [InlineData(null, null, "DNS:elsewhere.example", "names", "not name_matches")]
    [InlineData(null, null, "IP:127.0.0.1", "trust", "not chain_complete and not trusted")]
    public async Task What_is_only_advisory_is_a_signal_and_no_refusal(string? from, string? to, string names, string which, string condition)
    {
        var name = $"advisory-{Guid.NewGuid():N}";
        authority.Issue(name, from, to, names);
        await using var server = which == "trust" ? authority.Serve(name) : authority.Serve(name, "intermediate");
        var options = Options(server) with
        {
            Expiry = which == "expiry" ? Severity.Advisory : Severity.Hard,
            Names = which == "names" ? Severity.Advisory : Severity.Hard,
            Trust = which == "trust" ? Severity.Advisory : Severity.Hard,
        };

        Assert.Equal([true], await Look.VerdictsAsync(Look.Define("tls", options).With(condition)));
    }

    [Theory]
    [InlineData(RevocationSource.Ocsp)]
    [InlineData(RevocationSource.Crl)]
    public async Task A_revoked_certificate_is_refused_and_a_good_one_is_not(RevocationSource source)
    {
        authority.Issue($"kept-{source}");
        authority.Issue($"revoked-{source}");
        await using var kept = authority.Serve($"kept-{source}", "intermediate");
        await using var revoked = authority.Serve($"revoked-{source}", "intermediate");
        var definition = Look.Define("tls", Options(kept) with { Revocation = source, RevocationRequired = true }).With("not revoked");

        Assert.Equal([true], await Look.VerdictsAsync(definition));
        Assert.IsType<Outcome.Answered>((await LookAsync(Options(revoked) with { Revocation = source, RevocationRequired = true })).Outcome);
        authority.Revoke($"revoked-{source}");
        (await LookAsync(Options(revoked) with { Revocation = source })).Refusal("tls_revoked");
        Assert.IsType<Outcome.Answered>((await LookAsync(Options(revoked))).Outcome); // nobody asked
    }

    [Fact]
    public async Task The_word_of_the_responder_is_believed_for_a_while()
    {
        await using var own = new OpenSslAuthority();
        own.Issue("often");
        await using var server = own.Serve("often", "intermediate");
        var definition = Look.Define("tls", new TlsOptions { Target = server.Target.ToString(), CaFile = own.RootFile, Revocation = RevocationSource.Ocsp });
        await using var probe = Look.Make(definition);
        for (var i = 0; i < 5; i++) Assert.False((await Look.OnceAsync(probe, Look.Long)).Value(definition, "revoked").Flag);

        Assert.Equal(1, own.StatusCalls);
    }

    [Theory]
    [InlineData("hangs")]
    [InlineData("refuses")]
    [InlineData("lies")]
    [InlineData("declines")]
    public async Task A_responder_that_says_nothing_useful_is_nobodys_outage_unless_its_word_is_required(string how)
    {
        await using var own = new OpenSslAuthority();
        own.Issue("one");
        own.StatusServer = async (stream, stop) =>
        {
            await HostileServer.ReadHeadAsync(stream, stop);
            if (how == "hangs") await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop);
            var body = how == "lies" ? "0123456789" : how == "declines" ? "\u0030\u0003\u000a\u0001\u0006" : "";
            await stream.WriteAsync(System.Text.Encoding.Latin1.GetBytes(how == "refuses" ? "HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n" : HostileServer.Ok(body)), stop);
        };
        await using var server = own.Serve("one", "intermediate");
        var options = new TlsOptions { Target = server.Target.ToString(), CaFile = own.RootFile, Revocation = RevocationSource.Ocsp };
        var timeout = Duration.FromSeconds(how == "hangs" ? 3 : 20);

        var definition = Look.Define("tls", options, timeout);
        Assert.True((await Look.OnceAsync(definition)).Value(definition, "revoked").IsMissing);
        var required = await Look.OnceAsync(Look.Define("tls", options with { RevocationRequired = true }, timeout));
        required.Refusal("tls_revocation_unknown");
        Assert.True(required.NeedsControl);
    }

    [Theory]
    [InlineData("impostor")]
    [InlineData("unauthorized")]
    public async Task An_answer_that_is_signed_by_who_may_not_is_not_believed(string responder)
    {
        await using var own = new OpenSslAuthority { Responder = responder };
        own.Issue("one");
        await using var server = own.Serve("one", "intermediate");
        var options = new TlsOptions { Target = server.Target.ToString(), CaFile = own.RootFile, Revocation = RevocationSource.Ocsp, RevocationRequired = true };

        Assert.Contains("is not signed by the issuer", (await LookAsync(options)).Refusal("tls_revocation_unknown").Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_handshake_that_is_refused_one_that_stalls_and_one_that_is_no_tls_are_told_apart()
    {
        var (refusing, port) = await authority.ServerAsync($"-cert root.pem -key root.key -tls1_2 -cipher NULL-SHA256:@SECLEVEL=0");
        using var _ = refusing;
        await using var silent = new HostileServer((_, stop) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop));
        await using var plain = new HostileServer(async (stream, stop) =>
        {
            await stream.WriteAsync("SSH-2.0-OpenSSH_9.2p1\r\n"u8.ToArray(), stop);
            await stream.ReadAtLeastAsync(new byte[1000], 1000, throwOnEndOfStream: false, stop);
        });
        try
        {
            (await LookAsync(new TlsOptions { Target = $"127.0.0.1:{port}" })).Refusal("tls_handshake");
            (await Look.OnceAsync(Look.Define("tls", Options(silent), Duration.FromMilliseconds(300)), since: silent.Asked)).TimesOutIn("tls");
            (await LookAsync(Options(plain))).Refusal("tls_handshake");
        }
        finally
        {
            refusing.Kill();
        }
    }

    [Theory]
    [InlineData("-tls1_1 -cipher ALL:@SECLEVEL=0")]
    [InlineData("-tls1 -cipher ECDHE-ECDSA-AES128-SHA:AES128-SHA:@SECLEVEL=0")]
    public async Task A_server_that_only_knows_old_protocols_is_told_from_one_that_refuses(string old)
    {
        authority.SelfSign("aged");
        var (server, port) = await authority.ServerAsync($"-cert aged.pem -key aged.key {old}");
        using var _ = server;
        try
        {
            (await LookAsync(new TlsOptions { Target = $"127.0.0.1:{port}", Trust = Severity.Advisory })).Refusal("tls_protocol");
        }
        finally
        {
            server.Kill();
        }
    }

    [Fact]
    public async Task A_client_certificate_that_is_missing_is_refused_and_the_right_one_is_taken()
    {
        authority.Issue("closed");
        authority.Issue("client");
        var (server, port) = await authority.ServerAsync("-cert closed.pem -key closed.key -cert_chain intermediate.pem -CAfile root.pem -chainCAfile root.pem -Verify 3 -verify_return_error");
        using var _ = server;
        try
        {
            var without = new TlsOptions { Target = $"127.0.0.1:{port}", CaFile = authority.RootFile };
            var with = without with { ClientCert = authority.Read("client.pem") + authority.Read("intermediate.pem"), ClientKey = authority.Read("client.key") };
            (await LookAsync(without)).Refusal("tls_client_refused");
            Assert.IsType<Outcome.Answered>((await LookAsync(with)).Outcome);
        }
        finally
        {
            server.Kill();
        }
    }

    [Fact]
    public void Mistakes_in_options_say_what_to_write()
    {
        var type = new TlsProbeType();
        var key = authority.Read("root.key");
        var options = new TlsOptions
        {
            Target = "example.org", ServerName = "not a name", CaFile = authority.At("root.key"), ClientCert = "no pem", ClientKey = key, RevocationRequired = true,
        };

        var mistakes = type.Validate(options).ToList();

        Assert.Equal(["target", "server_name", "ca_file", "client_cert", "revocation_required"], mistakes.Select(mistake => mistake.Option));
        Assert.All(mistakes, mistake => Assert.DoesNotContain(key.Split('\n')[1], mistake.Message, StringComparison.Ordinal));
        Assert.Contains("is not the key of", Assert.Single(type.Validate(new TlsOptions { Target = "a.example:443", ClientCert = authority.Read("intermediate.pem"), ClientKey = key })).Message, StringComparison.Ordinal);
        Assert.Contains("ca_file", Assert.Single(type.Validate(new TlsOptions { Target = "a.example:443", CaFile = "/nowhere/ca.pem" })).Option, StringComparison.Ordinal);
        Assert.Empty(type.Validate(new TlsOptions { Target = "a.example:443" }));
        Assert.Equal("a.example:443", type.Provider(new TlsOptions { Target = "a.example:443" }));
    }
}
