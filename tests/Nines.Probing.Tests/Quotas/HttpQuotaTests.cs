using Nines.Core.Observations;
using Nines.Probing.Http;
using Nines.Probing.Quotas;
using NodaTime;

namespace Nines.Probing.Tests.Quotas;

/// <summary>An http probe whose target says 429.</summary>
public sealed class HttpQuotaTests
{
    private static HostileServer Limiting() => new(async (stream, stop) =>
    {
        await HostileServer.ReadHeadAsync(stream, stop);
        await stream.WriteAsync("HTTP/1.1 429 Too Many Requests\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n"u8.ToArray(), stop);
    });

    private static HttpOptions Options(HostileServer server, Quota? quota) => new() { Url = server.Url(""), Tripwire = TripwireUse.Off, Quota = quota };

    [Fact]
    public async Task Without_a_quota_it_is_a_status_like_any_other_for_the_status_is_what_is_watched()
    {
        await using var server = Limiting();
        var definition = Look.WithDefaults("http", Options(server, null));
        Assert.Equal(["status >= 200 and status < 400 else down"], (await Look.OnceAsync(definition)).Broken(definition));
    }

    [Fact]
    public async Task Below_the_quota_it_is_the_targets_refusal()
    {
        await using var server = Limiting();
        (await Look.OnceAsync(Look.WithDefaults("http", Options(server, new Quota(60, Duration.FromMinutes(1)))))).Refusal("rate_limited");
    }

    [Fact]
    public async Task Above_it_it_is_ours_and_the_target_is_left_alone_as_long_as_it_asks()
    {
        await using var server = Limiting();
        var now = Instant.FromUtc(2026, 1, 1, 12, 0);
        var environment = Look.Environment with { Now = () => now, Requests = new RequestMeter() };
        await using var probe = Look.Make(Look.WithDefaults("http", Options(server, new Quota(1, Duration.FromMinutes(1)))), environment: environment);
        (await Look.OnceAsync(probe, Look.Long)).Refusal("rate_limited");
        now += Duration.FromSeconds(31);
        (await Look.OnceAsync(probe, Look.Long)).Fault("we made 2 requests, the quota is 1/1m; we wait 7 s");
        (await Look.OnceAsync(probe, Look.Long)).Fault("we wait 7 s");
        Assert.Equal(2, server.Accepted);
    }
}
