using System.Net;
using System.Text;
using Nines.Core.Components;
using Nines.Core.Observations;
using Nines.Probing;
using Nines.Probing.Alerts;
using Nines.Probing.Inbound;
using NodaTime;

namespace Nines.Web.Tests.Inbound;

public sealed class AlertRouteTests : IAsyncDisposable
{
    internal const string Token = "0123456789abcdef";
    private readonly Inbox inbox = new(expected: 1);
    private readonly Probe probe;

    public AlertRouteTests() => probe = MakeProbe(inbox);

    public ValueTask DisposeAsync() => probe.DisposeAsync();

    internal static Probe MakeProbe(Inbox inbox)
    {
        var type = new AlertsProbeType();
        var definition = new ProbeDefinition
        {
            Id = new ProbeId(new ComponentId("shop"), "alerts"), Type = "alerts", Every = Duration.FromSeconds(30), Timeout = Duration.FromSeconds(5), From = [new VantagePointId("here")],
            Options = new AlertsOptions { Token = Token }, Signals = SignalSchema.Of(type.Signals),
        };
        return type.Create(definition, new NetworkPath(new VantagePoint { Id = new VantagePointId("here"), Region = "here" }), new ProbeEnvironment(TimeProvider.System, () => Instant.FromDateTimeOffset(TimeProvider.System.GetUtcNow())) { Inbox = inbox });
    }

    /// <summary>The names of the alerts that fire; null when that is not known.</summary>
    internal static async Task<string?> NamesAsync(Probe probe)
    {
        var sight = await probe.LookAsync(CancellationToken.None);
        return sight.Outcome is Outcome.Answered ? sight.Signals[2].Text : null;
    }

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    [Theory]
    [InlineData("")]
    [InlineData("/api/v2/alerts")]
    public async Task Alerts_are_taken_where_a_receiver_or_a_Prometheus_sends_them(string path)
    {
        await using var server = await Server.StartAsync(Server.Options(inbox));
        Assert.Equal(HttpStatusCode.OK, await server.SendAsync(HttpMethod.Post, $"/alerts/{Token}{path}", Json("""[{"labels":{"alertname":"A","severity":"critical"}}]""")));
        Assert.Equal("A", await NamesAsync(probe));
    }

    [Fact]
    public async Task A_wrong_token_is_told_so_and_a_bad_body_gets_its_reason_and_changes_nothing()
    {
        await using var server = await Server.StartAsync(Server.Options(inbox));
        Assert.Equal(HttpStatusCode.NotFound, await server.SendAsync(HttpMethod.Post, "/alerts/0123456789abcdeX", Json("[]")));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, await server.SendAsync(HttpMethod.Get, $"/alerts/{Token}"));
        Assert.Equal(HttpStatusCode.NotFound, await server.SendAsync(HttpMethod.Post, $"/heartbeat/{Token}"));
        var bad = await server.Client.PostAsync($"/alerts/{Token}", Json("""[{"labels":{"alertname":"A","severity":"critical"}},{"labels":{"mark":7}}]"""));
        Assert.Equal((HttpStatusCode.BadRequest, "400 Bad Request: a label is no text, or too long\n"), (bad.StatusCode, await bad.Content.ReadAsStringAsync()));
        Assert.Null(await NamesAsync(probe));
    }

    [Fact]
    public async Task While_Nines_starts_the_sender_is_asked_to_come_back()
    {
        await using var server = await Server.StartAsync(Server.Options(new Inbox(expected: 1)));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await server.SendAsync(HttpMethod.Post, $"/alerts/{Token}", Json("[]")));
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_refused()
    {
        await using var server = await Server.StartAsync(Server.Options(inbox) with { MaxBodyBytes = 10_000 });
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await server.SendAsync(HttpMethod.Post, $"/alerts/{Token}", Json($"[{new string(' ', 20_000)}]")));
        // Also when it does not say its length.
        Assert.StartsWith("HTTP/1.1 413", await server.RawAsync($"POST /alerts/{Token} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n{string.Concat(Enumerable.Repeat($"3e8\r\n{new string(' ', 1000)}\r\n", 30))}"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, await server.SendAsync(HttpMethod.Post, $"/alerts/{Token}", Json("[]")));
    }
}
