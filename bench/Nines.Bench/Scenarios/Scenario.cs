using System.Globalization;
using Nines.Core;

namespace Nines.Bench.Scenarios;

/// <summary>Which module of blackbox_exporter looks at the same target in the same way; the peer needs one for each text that must or must not be there.</summary>
internal enum PeerModule { Page, NoContent, Strict, Secured, Connect, Pong, Name }

/// <summary>A target that is healthy, then behaves in this way, then is healthy again; and what is to be said of it.</summary>
/// <param name="Name">The component's name.</param>
/// <param name="Make">The target.</param>
/// <param name="Probe">The probe as the config has it; {port} and {root} are filled in.</param>
/// <param name="Module">What the peer looks with.</param>
/// <param name="Expected">Up for what must not be told as an outage at all, degraded for what is worth a word and is none.</param>
/// <param name="Class">What the evidence must name, see <see cref="FaultClass"/>; null where there is no fault.</param>
internal sealed record Scenario(string Name, Func<Certificates, ITarget> Make, string Probe, PeerModule Module, State Expected, string? Class)
{
    public bool IsOutage => Expected.IsDown();

    /// <summary>The probe's lines in the config, with the times that all have.</summary>
    public string Config(int port, string rootFile)
    {
        var lines = Probe.Replace("{port}", port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("{root}", rootFile, StringComparison.Ordinal).Split('\n');
        return $"""
              - name: {Name}
                kind: dapp
                probes:
                  - {lines[0]}
            {string.Concat(lines.Skip(1).Select(line => $"        {line}\n"))}
            """;
    }

    /// <summary>As the peer is told where to look.</summary>
    public string PeerTarget(int port)
    {
        var address = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");
        return Module switch
        {
            PeerModule.Page or PeerModule.NoContent or PeerModule.Strict => $"http://{address}/",
            PeerModule.Secured => $"https://{address}/",
            PeerModule.Connect or PeerModule.Pong or PeerModule.Name => address,
        };
    }
}

/// <summary>
/// The catalogue: the 39 situations in which an availability monitor shows what it is worth. Twenty-eight are outages,
/// two are worth a warning and no outage, nine are healthy in a way that has fooled monitors.
/// </summary>
internal static class Catalogue
{
    private const string PlainProbe = "http: http://127.0.0.1:{port}/";
    private const string SecuredProbe = "http: https://127.0.0.1:{port}/\nca_file: {root}";
    private const string NameProbe = $"dns: {NameServer.Name}\nresolvers: [\"127.0.0.1:{{port}}\"]\nauthoritative: true\nexpect: [{NameServer.Address}]";
    private const string PageProbe = PlainProbe + """

        conditions:
          - status == 200 else down
          - body_bytes > 0 B
          - body contains "Prices of today"
          - body contains "/static/app.js"
          - not body contains "Something went wrong"
        """;

    private static readonly Manner Healthy = new() { Answer = Answers.Well };

    public static IReadOnlyList<Scenario> All { get; } =
    [
        // What the status says.
        Plain("status-404", Answers.Status(404), State.Down, "http:404"),
        Plain("status-429", Answers.Status(429), State.Down, "http:429"),
        Plain("status-500", Answers.Status(500), State.Down, "http:500"),
        Plain("status-503", Answers.Status(503), State.Down, "http:503"),
        Plain("head-ok-get-bad", Answers.OfMethod(200, 500), State.Down, "http:500"),
        Plain("redirect-loop", Answers.Circle, State.Down, "redirect_loop"),

        // Where a request gets stuck.
        Plain("partial-body", Answers.Half, State.Down, "answer_truncated"),
        Plain("hang-headers", Answers.HangBeforeHeaders, State.Down, "timeout:headers"),
        Plain("hang-body", Answers.HangInBody, State.Down, "timeout:body"),
        Plain("slow-drip", Answers.Drip, State.Down, "timeout:body"),
        Plain("connect-refused", Healthy with { Refuses = true }, State.Down, "connection_refused"),
        Plain("connect-blackhole", Healthy with { Swallows = true }, State.Down, "timeout:connect"),

        // A port without HTTP.
        Line("tcp-refused", "tcp: 127.0.0.1:{port}", PeerModule.Connect, Line() with { Refuses = true }, "connection_refused"),
        Line("tcp-blackhole", "tcp: 127.0.0.1:{port}", PeerModule.Connect, Line() with { Swallows = true }, "timeout:connect"),
        Line("tcp-mute", "tcp: 127.0.0.1:{port}\nsend: \"PING\\r\\n\"\nexpect: +PONG", PeerModule.Pong, Line() with { Answer = exchange => exchange.HangAsync() }, "timeout:answer"),

        // TLS.
        Secured("tls-expired", with => with.Expired, "tls_expired"),
        Secured("tls-wrong-name", with => with.WrongName, "tls_wrong_name"),
        Secured("tls-untrusted-root", with => with.Untrusted, "tls_untrusted"),
        Secured("tls-incomplete-chain", with => with.Incomplete, "tls_incomplete_chain"),
        new("tls-stall", with => Target.Http(Healthy with { Certificate = with.Good }, Healthy with { Certificate = with.Good, StallsHandshake = true }),
            SecuredProbe, PeerModule.Secured, State.Down, "timeout:tls"),
        new("tls-expiring-soon", with => Target.Http(Healthy with { Certificate = with.Good }, Healthy with { Certificate = with.ExpiringSoon }),
            "tls: 127.0.0.1:{port}\nca_file: {root}\nconditions:\n  - not expires_soon else degraded", PeerModule.Secured, State.Degraded, "expires_soon"),

        // DNS.
        Name("dns-nxdomain", DnsManner.NoSuchName, State.Down, "dns:NXDOMAIN"),
        Name("dns-servfail", DnsManner.ServerFailure, State.Down, "dns:SERVFAIL"),
        Name("dns-silent", DnsManner.Silent, State.Down, "timeout:answer"),
        Name("dns-wrong-address", DnsManner.WrongAddress, State.EffectivelyDown, "unexpected"),
        Name("dns-slow", DnsManner.Slow, State.Degraded, "slowest"),

        // What the page says behind a 200.
        Content("content-defaced", "<html><title>pwned</title><script src=\"/static/app.js\"></script>all your base</html>", "content:Prices of today"),
        Content("content-error-text", Answers.Page.Replace("</html>", "<p>Something went wrong</p></html>", StringComparison.Ordinal), "content:Something went wrong"),
        Content("content-empty", "", "body_bytes"),
        Content("content-script-missing", Answers.Page.Replace("/static/app.js", "", StringComparison.Ordinal), "content:/static/app.js"),

        // Healthy, whatever it looks like.
        Control("control-200", PlainProbe, PeerModule.Page, Answers.Well),
        Control("control-204", PlainProbe, PeerModule.NoContent, Answers.Status(204)),
        Control("control-301", PlainProbe, PeerModule.Page, Answers.Moved),
        Control("control-head-bad-get-ok", PlainProbe, PeerModule.Page, Answers.OfMethod(405, 200)),
        Control("control-slow", PageProbe, PeerModule.Strict, Answers.SlowButWell),
        Control("control-chunked", PageProbe, PeerModule.Strict, Answers.Chunked),
        Control("control-gzip", PageProbe, PeerModule.Strict, Answers.Gzip),
        Control("control-one-blip", PlainProbe, PeerModule.Page, Answers.OnceBad),
        Control("control-flapping", PlainProbe, PeerModule.Page, Answers.Flapping),
    ];

    private static Scenario Plain(string name, Func<Exchange, Task> answer, State expected, string kind) => Plain(name, new Manner { Answer = answer }, expected, kind);

    private static Scenario Plain(string name, Manner failing, State expected, string kind) => new(name, _ => Target.Http(Healthy, failing), PlainProbe, PeerModule.Page, expected, kind);

    private static Manner Line() => new() { Answer = Answers.Pong };

    private static Scenario Line(string name, string probe, PeerModule module, Manner failing, string kind) => new(name, _ => Target.Line(Line(), failing), probe, module, State.Down, kind);

    private static Scenario Secured(string name, Func<Certificates, System.Net.Security.SslStreamCertificateContext> shown, string kind) =>
        new(name, with => Target.Http(Healthy with { Certificate = with.Good }, Healthy with { Certificate = shown(with) }), SecuredProbe, PeerModule.Secured, State.Down, kind);

    private static Scenario Name(string name, DnsManner failing, State expected, string kind) =>
        new(name, _ => new NameServer(failing), expected == State.Degraded ? $"{NameProbe}\nconditions:\n  - slowest < 300ms else degraded" : NameProbe, PeerModule.Name, expected, kind);

    private static Scenario Content(string name, string body, string kind) =>
        new(name, _ => Target.Http(Healthy, new Manner { Answer = Answers.Body(body) }), PageProbe, PeerModule.Strict, State.EffectivelyDown, kind);

    private static Scenario Control(string name, string probe, PeerModule module, Func<Exchange, Task> answer) =>
        new(name, _ => Target.Http(Healthy, new Manner { Answer = answer }), probe, module, State.Up, null);
}
