using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Nines.Core.Observations;
using Nines.Probing.Alerts;
using Nines.Probing.Inbound;
using NodaTime;
using NodaTime.Text;

namespace Nines.Probing.Tests.Alerts;

public sealed class AlertTests : IAsyncDisposable
{
    private const string Token = "0123456789abcdef";
    private readonly ManualTimeProvider time = new();
    private readonly Inbox inbox = new(expected: 1);
    private readonly List<Probe> probes = [];

    private Instant Now => Instant.FromDateTimeOffset(time.GetUtcNow());

    public async ValueTask DisposeAsync()
    {
        foreach (var probe in probes) await probe.DisposeAsync();
    }

    private (Probe Probe, Core.Components.ProbeDefinition Definition) Make(params string[] match) => Make(new AlertsOptions { Token = Token, Match = [.. match] });

    private (Probe Probe, Core.Components.ProbeDefinition Definition) Make(AlertsOptions options)
    {
        var definition = Look.Define("alerts", options);
        var probe = Look.Make(definition, environment: new ProbeEnvironment(time, () => Now) { Inbox = inbox });
        probes.Add(probe);
        return (probe, definition);
    }

    /// <summary>As an Alertmanager 0.25 sends it.</summary>
    private string Webhook(string status, string name, string severity, Instant? startsAt, Instant? endsAt = null, string more = "") => $$"""
        {"receiver":"nines","status":"{{status}}","alerts":[{"status":"{{status}}","labels":{"alertname":"{{name}}","severity":"{{severity}}","service":"shop"},"annotations":{"summary":"x"},
        "startsAt":"{{Text(startsAt)}}","endsAt":"{{Text(endsAt)}}","generatorURL":"http://p/graph","fingerprint":"b2b3"}],"groupLabels":{},"commonLabels":{},"commonAnnotations":{},
        "externalURL":"http://a","version":"4","groupKey":"{}:{}","truncatedAlerts":0{{more}}}
        """;

    private static string Text(Instant? at) => at is { } instant ? InstantPattern.ExtendedIso.Format(instant) : "0001-01-01T00:00:00Z";

    private void Send(string json)
    {
        var payload = AlertPayload.Parse(Encoding.UTF8.GetBytes(json), out var mistake);
        Assert.True(payload is not null, mistake);
        Assert.True(Deliver(payload));
    }

    private bool Deliver(AlertPayload payload)
    {
        var books = inbox.FindAlertBooks(Token);
        foreach (var book in books) book.Note(payload);
        return books.Count > 0;
    }

    private void Minutes(double minutes) => time.Advance(TimeSpan.FromMinutes(minutes));

    private async Task<string> FaultAsync(Probe probe) => Assert.IsType<Outcome.ProbeFault>((await Look.OnceAsync(probe, Look.Long)).Outcome).Reason;

    [Fact]
    public async Task A_firing_alert_is_down_since_it_began_and_its_end_is_seen_once_it_is_resolved()
    {
        var (probe, definition) = Make();
        Minutes(11);
        Send(Webhook("firing", "HighErrors", "critical", Now - Duration.FromSeconds(65)));
        var sight = await Look.OnceAsync(probe, Look.Long);
        Assert.Equal(65, sight.Value(definition, "down_for").Number);
        Assert.Equal(0, sight.Value(definition, "degraded_for").Number);
        Assert.Equal((1d, "critical", "HighErrors"), (sight.Value(definition, "firing").Number, sight.Value(definition, "worst").Text, sight.Value(definition, "names").Text));

        Minutes(1);
        Send(Webhook("resolved", "HighErrors", "critical", Now - Duration.FromSeconds(125), Now));
        sight = await Look.OnceAsync(probe, Look.Long);
        Assert.Equal(0, sight.Value(definition, "down_for").Number);
        Assert.Equal((0d, "none", "none"), (sight.Value(definition, "firing").Number, sight.Value(definition, "worst").Text, sight.Value(definition, "names").Text));
    }

    [Fact]
    public async Task Severities_mean_what_the_config_says_and_what_it_does_not_name_is_only_shown()
    {
        var (probe, definition) = Make(new AlertsOptions
        {
            Token = Token, SeverityLabel = "level",
            Severities = ImmutableSortedDictionary<string, AlertMeaning>.Empty.Add("p1", AlertMeaning.EffectivelyDown).Add("p2", AlertMeaning.Degraded),
        });
        Send("""[{"labels":{"alertname":"A","level":"p1"}},{"labels":{"alertname":"B","level":"p2"}},{"labels":{"alertname":"C","level":"p3"}},{"labels":{"alertname":"D"}}]""");
        Minutes(1);
        Send("[]");
        var sight = await Look.OnceAsync(probe, Look.Long);
        Assert.Equal((0d, 60d, 60d), (sight.Value(definition, "down_for").Number, sight.Value(definition, "effectively_down_for").Number, sight.Value(definition, "degraded_for").Number));
        Assert.Equal(("p1", "A, B, C, D", 4d), (sight.Value(definition, "worst").Text, sight.Value(definition, "names").Text, sight.Value(definition, "firing").Number));
    }

    [Fact]
    public async Task Only_alerts_that_match_count_and_two_probes_share_a_token()
    {
        var (shop, definition) = Make("service=shop");
        var (pay, _) = Make("service=~\"pay|cash\"", "severity!=info");
        Minutes(11);
        Send("""[{"labels":{"alertname":"A","severity":"critical","service":"shop"}},{"labels":{"alertname":"B","severity":"critical","service":"cash"}},{"labels":{"alertname":"C","severity":"info","service":"pay"}}]""");
        Assert.Equal("A", (await Look.OnceAsync(shop, Look.Long)).Value(definition, "names").Text);
        Assert.Equal("B", (await Look.OnceAsync(pay, Look.Long)).Value(definition, "names").Text);
    }

    [Fact]
    public async Task Silence_is_unknown_and_never_health()
    {
        var (probe, definition) = Make();
        Assert.Contains("no alerts were sent since start", await FaultAsync(probe), StringComparison.Ordinal);
        Minutes(1);
        Send("""[{"labels":{"alertname":"Watchdog","severity":"none"}}]""");
        // What fires may not have been sent again yet.
        Assert.Contains("nothing fires so far", await FaultAsync(probe), StringComparison.Ordinal);
        Minutes(9.5);
        Send("""[{"labels":{"alertname":"Watchdog","severity":"none"}}]""");
        var sight = await Look.OnceAsync(probe, Look.Long);
        // Nothing fires, as far as the news has come.
        Assert.Equal(Duration.FromMinutes(1), sight.NewsDelay);
        Assert.Equal((0d, "none"), (sight.Value(definition, "firing").Number, sight.Value(definition, "names").Text));
        Minutes(10.5);
        Assert.Contains("no alerts were sent for 10m30s, more than stale_after (10m)", await FaultAsync(probe), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_alert_that_is_not_sent_again_is_neither_firing_nor_over()
    {
        var (probe, _) = Make();
        Minutes(11);
        Send(Webhook("firing", "HighErrors", "critical", Now));
        Minutes(10.5);
        Send(Webhook("firing", "Watchdog", "none", Now));
        Assert.Contains("HighErrors was neither resolved nor sent again", await FaultAsync(probe), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_alert_that_lapses_is_over_only_when_its_sender_was_heard_of_since()
    {
        var (probe, definition) = Make();
        Minutes(11);
        Send($$"""[{"labels":{"alertname":"A","severity":"critical"},"startsAt":"{{Text(Now)}}","endsAt":"{{Text(Now + Duration.FromMinutes(4))}}"}]""");
        Minutes(3);
        Assert.Equal(180, (await Look.OnceAsync(probe, Look.Long)).Value(definition, "down_for").Number);
        Minutes(2);
        Assert.Contains("was to be sent again and was not", await FaultAsync(probe), StringComparison.Ordinal);
        Send("""[{"labels":{"alertname":"Watchdog"}}]""");
        Assert.Equal(0, (await Look.OnceAsync(probe, Look.Long)).Value(definition, "down_for").Number);
    }

    [Theory]
    [InlineData(600, 0)]          // from the future: since it came
    [InlineData(-3_000_000, 0)]   // a month ago: not believed
    [InlineData(-86_400, 86_400)]
    [InlineData(null, 0)]
    public async Task A_start_that_cannot_be_is_the_time_at_which_the_alert_first_came(int? startedAgo, double expected)
    {
        var (probe, definition) = Make();
        var start = startedAgo is { } seconds ? Now + Duration.FromSeconds(seconds) : (Instant?)null;
        Send(Webhook("firing", "A", "critical", start));
        Assert.Equal(expected, (await Look.OnceAsync(probe, Look.Long)).Value(definition, "down_for").Number);
        // Sent again, it does not begin anew.
        Minutes(1);
        Send(Webhook("firing", "A", "critical", startedAgo < -86_400 ? start : expected == 0 ? null : start));
        Assert.Equal(expected + 60, (await Look.OnceAsync(probe, Look.Long)).Value(definition, "down_for").Number);
    }

    [Theory]
    [InlineData("not json", "not JSON")]
    [InlineData("", "not JSON")]
    [InlineData("7", "no list of alerts")]
    [InlineData("{}", "version is not")]
    [InlineData("""{"version":"3","alerts":[]}""", "version is not")]
    [InlineData("""{"version":4,"alerts":[]}""", "version is not")]
    [InlineData("""{"version":"4"}""", "no list of alerts")]
    [InlineData("""{"version":"4","alerts":{}}""", "no list of alerts")]
    [InlineData("""[7]""", "no labels")]
    [InlineData("""[{"labels":{}}]""", "no labels")]
    [InlineData("""[{"labels":{"a":7}}]""", "no text")]
    [InlineData("""[{"labels":{"a":"\ud800"}}]""", "cannot be read")]
    public void What_is_no_delivery_is_refused_with_its_reason(string json, string reason)
    {
        Assert.Null(AlertPayload.Parse(Encoding.UTF8.GetBytes(json), out var mistake));
        Assert.Contains(reason, mistake, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_deep_long_or_many_is_refused_and_what_is_unknown_is_no_matter()
    {
        static AlertPayload? Parse(string json) => AlertPayload.Parse(Encoding.UTF8.GetBytes(json), out _);
        Assert.Null(Parse($$$"""[{"labels":{"a":"b"},"x":{{{new string('[', 1000)}}}{{{new string(']', 1000)}}}}]"""));
        Assert.Null(Parse($$$"""[{"labels":{"a":"{{{new string('x', 2000)}}}"}}]"""));
        var labels = string.Join(',', Enumerable.Range(0, 100).Select(i => $"\"l{i}\":\"x\""));
        Assert.Null(Parse("[{\"labels\":{" + labels + "}}]"));
        Assert.Null(Parse($"[{string.Join(',', Enumerable.Repeat("""{"labels":{"a":"b"}}""", AlertPayload.MostAlerts + 1))}]"));
        Assert.Equal(5_000, Parse($"[{string.Join(',', Enumerable.Range(0, 5_000).Select(i => string.Create(CultureInfo.InvariantCulture, $$$"""{"labels":{"a":"{{{i}}}"},"later":{"x":[1]}}""")))}]")!.Alerts.Length);
        Assert.Null(Assert.Single(Parse("""[{"labels":{"a":"b"},"startsAt":"yesterday","endsAt":7}]""")!.Alerts).StartsAt);
    }

    [Fact]
    public async Task Thousands_of_alerts_are_counted_to_a_bound_and_named_to_a_few()
    {
        var (probe, definition) = Make();
        for (var part = 0; part < 3; part++)
            Send($"[{string.Join(',', Enumerable.Range(part * 4_000, 4_000).Select(i => string.Create(CultureInfo.InvariantCulture, $$$"""{"labels":{"alertname":"A{{{i:D5}}}","severity":"critical"}}""")))}]");
        var sight = await Look.OnceAsync(probe, Look.Long);
        Assert.Equal(AlertBook.MostFiring, sight.Value(definition, "firing").Number);
        Assert.EndsWith("A00009 and 9990 more", sight.Value(definition, "names").Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_claimed_healthy_of_a_delivery_that_left_alerts_out()
    {
        var (probe, _) = Make("service=shop");
        Minutes(11);
        Send("""{"version":"4","alerts":[{"labels":{"alertname":"A","service":"pay"}}],"truncatedAlerts":3}""");
        Assert.Contains("left 3 alerts out", await FaultAsync(probe), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Any_bytes_are_a_delivery_or_a_mistake_and_never_an_exception()
    {
        var (probe, _) = Make();
        var good = Encoding.UTF8.GetBytes(Webhook("firing", "A", "critical", Now, Now + Duration.FromDays(1)));
        var random = new Random(11);
        for (var i = 0; i < 5_000; i++)
        {
            var bytes = (byte[])good.Clone();
            for (var change = random.Next(1, 6); change > 0; change--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            if (AlertPayload.Parse(bytes.AsMemory(0, random.Next(2) == 0 ? bytes.Length : random.Next(bytes.Length)), out var mistake) is { } payload) Deliver(payload);
            else Assert.NotEmpty(mistake);
        }
        await Look.OnceAsync(probe, Look.Long);
    }

    [Fact]
    public void Options_that_cannot_be_are_said()
    {
        var type = new AlertsProbeType();
        Assert.Empty(type.Validate(new AlertsOptions { Token = Token, Match = ["a=b", "a != b", "a=~\"b|c\"", "a!~b.*", "a="] }));
        Assert.Equal(["alerts", "match", "match"], type.Validate(new AlertsOptions { Token = "short", Match = ["nothing", "a=~("] }).Select(mistake => mistake.Option));
    }
}
