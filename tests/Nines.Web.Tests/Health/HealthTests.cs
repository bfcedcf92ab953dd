using System.Net;
using Nines.Web.Health;
using NodaTime;

namespace Nines.Web.Tests.Health;

public sealed class HealthTests
{
    private static readonly Instant Noon = Instant.FromUtc(2026, 5, 1, 12, 0);

    private static WatchStatus Status(double frontierAge = 0.1, double? journalFailsFor = null) => new()
    {
        Now = Noon,
        JudgedUntil = Noon - Duration.FromSeconds(frontierAge),
        JournalFailsSince = journalFailsFor is { } age ? Noon - Duration.FromSeconds(age) : null,
        Figures = new Watched().Status.Figures,
    };

    [Fact]
    public void Ready_is_who_watches_and_keeps_what_it_sees()
    {
        Assert.True(Readiness.Of(Status()).IsReady);
        Assert.True(Readiness.Of(Status(frontierAge: 30)).IsReady);
        Assert.False(Readiness.Of(Status(frontierAge: 30.1)).IsReady);
        Assert.False(Readiness.Of(Status(journalFailsFor: 0)).IsReady);
        Assert.False(Readiness.Of(null).IsReady);
    }

    [Fact]
    public async Task A_process_that_starts_is_alive_but_not_ready_and_says_why()
    {
        WatchStatus? status = null;
        await using var server = await Server.StartAsync(Server.Options(status: () => status));
        Assert.Equal(HttpStatusCode.OK, await server.SendAsync(HttpMethod.Get, "/healthz"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await server.SendAsync(HttpMethod.Get, "/readyz"));

        status = Status();
        Assert.Equal("watching ok\njournal ok\nfrontier ok: 0.1 s old, limit 30 s\n", await server.Client.GetStringAsync("/readyz"));

        status = Status(frontierAge: 61, journalFailsFor: 60);
        var answer = await server.Client.GetAsync("/readyz");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal("watching ok\njournal no: takes no facts for 60 s\nfrontier no: 61.0 s old, limit 30 s\n", await answer.Content.ReadAsStringAsync());
    }
}
