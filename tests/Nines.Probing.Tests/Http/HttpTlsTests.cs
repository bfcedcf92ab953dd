using System.Security.Cryptography.X509Certificates;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Probing.Http;

namespace Nines.Probing.Tests.Http;

/// <summary>What is wrong with a certificate has a code of its own; who we are to the target can be shown with one of ours.</summary>
public sealed class HttpTlsTests : IDisposable
{
    private readonly Certificates authority = new();

    public void Dispose() => authority.Dispose();

    private HttpOptions Options(HostileServer server) => new() { Url = server.Url(scheme: "https"), CaFile = authority.RootFile };

    [Fact]
    public async Task A_chain_with_its_intermediate_is_trusted()
    {
        var (leaf, intermediate) = authority.IssueBelow();
        await using var server = Certificates.Serve(leaf, [intermediate]);
        var definition = Look.Define("http", Options(server)).With("body contains \"secured\"");

        Assert.Equal([true], await Look.VerdictsAsync(definition));
    }

    [Fact]
    public async Task A_certificate_without_its_intermediate_is_an_incomplete_chain_that_names_what_is_missing()
    {
        var (leaf, intermediate) = authority.IssueBelow();
        intermediate.Dispose();
        await using var server = Certificates.Serve(leaf);

        var refused = (await Look.OnceAsync(Look.Define("http", Options(server)))).Refusal("tls_incomplete_chain");

        Assert.Contains("CN=Test Intermediate", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_whole_chain_to_a_root_that_we_do_not_know_is_untrusted()
    {
        using var strangers = new Certificates();
        var (leaf, intermediate) = strangers.IssueBelow();
        await using var server = Certificates.Serve(leaf, [intermediate]);

        (await Look.OnceAsync(Look.Define("http", Options(server)))).Refusal("tls_untrusted");
    }

    [Fact]
    public async Task A_certificate_that_vouches_for_itself_is_self_signed()
    {
        using var certificate = Certificates.SelfSigned();
        await using var server = Certificates.Serve(certificate);

        (await Look.OnceAsync(Look.Define("http", Options(server)))).Refusal("tls_self_signed");
    }

    [Fact]
    public async Task A_certificate_for_another_name_says_for_which()
    {
        using var certificate = authority.Issue("elsewhere.example");
        await using var server = Certificates.Serve(certificate);

        Assert.Contains("elsewhere.example", (await Look.OnceAsync(Look.Define("http", Options(server)))).Refusal("tls_wrong_name").Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_server_behind_a_shared_name_must_show_a_certificate_for_that_name()
    {
        using var right = authority.Issue("shop.invalid");
        using var wrong = authority.Issue("127.0.0.1");
        await using var good = Certificates.Serve(right);
        await using var bad = Certificates.Serve(wrong);
        var options = new HttpOptions { Url = new Uri("https://shop.invalid/"), CaFile = authority.RootFile };

        Assert.IsType<Outcome.Answered>((await Look.OnceAsync(Look.Define("http", options with { ConnectTo = good.Target.ToString() }))).Outcome);
        (await Look.OnceAsync(Look.Define("http", options with { ConnectTo = bad.Target.ToString() }))).Refusal("tls_wrong_name");
    }

    [Fact]
    public async Task A_certificate_full_of_nonsense_is_the_targets_fault_not_ours()
    {
        using var certificate = Certificates.Garbled();
        await using var server = Certificates.Serve(certificate);
        var trusting = new Nines.Probing.Tls.TlsOptions
        {
            Target = server.Target.ToString(), Names = Nines.Probing.Tls.Severity.Advisory, Trust = Nines.Probing.Tls.Severity.Advisory, Revocation = Nines.Probing.Tls.RevocationSource.Crl,
        };

        Assert.StartsWith("tls_", Assert.IsType<Outcome.Refused>((await Look.OnceAsync(Look.Define("http", Options(server)))).Outcome).Code, StringComparison.Ordinal);
        Assert.IsNotType<Outcome.ProbeFault>((await Look.OnceAsync(Look.Define("tls", trusting))).Outcome);
    }

    [Theory]
    [InlineData("tls_self_signed")]
    [InlineData("tls_incomplete_chain")]
    public async Task Every_probe_that_secures_a_connection_has_the_same_codes(string code)
    {
        using var certificate = code == "tls_self_signed" ? Certificates.SelfSigned() : authority.IssueBelow().Leaf;
        await using var server = Certificates.Serve(certificate);
        ProbeDefinition[] probes =
        [
            Look.Define("http", Options(server)),
            Look.Define("websocket", new Nines.Probing.WebSockets.WebSocketOptions { Url = server.Url(scheme: "wss"), CaFile = authority.RootFile }),
            Look.Define("tcp", new Nines.Probing.Tcp.TcpOptions { Target = server.Target.ToString(), Tls = true, CaFile = authority.RootFile }),
            Look.Define("tls", new Nines.Probing.Tls.TlsOptions { Target = server.Target.ToString(), CaFile = authority.RootFile }),
            Look.Define("evm", new Nines.Probing.Evm.EvmOptions { Url = server.Url(scheme: "https"), CaFile = authority.RootFile }),
        ];
        foreach (var probe in probes) (await Look.OnceAsync(probe)).Refusal(code);
    }

    [Fact]
    public async Task A_client_certificate_opens_what_is_closed_without_one()
    {
        using var certificate = authority.Issue();
        using var ours = authority.Issue("nines");
        using var strangers = new Certificates();
        using var unknown = strangers.Issue("nines");
        await using var server = Certificates.Serve(certificate, clients: authority);

        var shown = Options(server) with { ClientCert = ours.ExportCertificatePem(), ClientKey = KeyOf(ours) };
        Assert.IsType<Outcome.Answered>((await Look.OnceAsync(Look.Define("http", shown))).Outcome);
        var stranger = Options(server) with { ClientCert = unknown.ExportCertificatePem(), ClientKey = KeyOf(unknown) };
        Assert.IsType<Outcome.Refused>((await Look.OnceAsync(Look.Define("http", stranger))).Outcome);
        Assert.IsType<Outcome.Refused>((await Look.OnceAsync(Look.Define("http", Options(server)))).Outcome);
    }

    [Fact]
    public void Mistakes_in_a_client_certificate_are_told_without_any_of_it()
    {
        using var one = authority.Issue();
        using var other = authority.Issue();
        var (certificate, key) = (one.ExportCertificatePem(), KeyOf(one));

        Assert.Empty(Mistakes(certificate, key));
        Assert.Equal(["client_cert"], Mistakes(certificate, null).Select(mistake => mistake.Option));
        Assert.Equal(["client_key"], Mistakes(null, key).Select(mistake => mistake.Option));
        Assert.Contains("is not the key of", Assert.Single(Mistakes(certificate, KeyOf(other))).Message, StringComparison.Ordinal);
        Assert.Contains("holds no PEM certificate", Assert.Single(Mistakes("sausage-1234", key)).Message, StringComparison.Ordinal);
        Assert.Contains("holds no PEM private key", Assert.Single(Mistakes(certificate, "sausage-1234")).Message, StringComparison.Ordinal);
        Assert.Contains("is encrypted", Assert.Single(Mistakes(certificate, "-----BEGIN ENCRYPTED PRIVATE KEY-----")).Message, StringComparison.Ordinal);
        foreach (var mistake in Mistakes("sausage-1234", "sausage-1234")) Assert.DoesNotContain("sausage", mistake.Message, StringComparison.Ordinal);
    }

    private static List<OptionMistake> Mistakes(string? certificate, string? key) =>
        [.. new HttpProbeType().Validate(new HttpOptions { Url = new Uri("https://x.example/"), ClientCert = certificate, ClientKey = key })];

    private static string KeyOf(X509Certificate2 certificate) => certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem();
}
