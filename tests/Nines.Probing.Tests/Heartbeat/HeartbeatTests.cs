using System.Net;
using System.Net.Sockets;
using System.Text;
using Nines.Core.Observations;
using Nines.Probing.Heartbeat;
using Nines.Testing;
using NodaTime;

namespace Nines.Probing.Tests.Heartbeat;

public sealed class HeartbeatTests : IAsyncDisposable
{
    private const string Token = "0123456789abcdef";
    private readonly ManualTimeProvider time = new();
    private readonly HeartbeatListener listener;
    private readonly ProbeEnvironment environment;
    private readonly HttpClient job = new();

    public HeartbeatTests()
    {
        listener = new HeartbeatListener(new IPEndPoint(IPAddress.Loopback, 0), time, () => Instant.FromDateTimeOffset(time.GetUtcNow()));
        environment = new ProbeEnvironment(time, () => Instant.FromDateTimeOffset(time.GetUtcNow())) { Heartbeats = listener };
    }

    public async ValueTask DisposeAsync()
    {
        job.Dispose();
        await listener.DisposeAsync();
    }

    private Task<HttpResponseMessage> BeatAsync(string token, HttpMethod? method = null) =>
        job.SendAsync(new HttpRequestMessage(method ?? HttpMethod.Post, $"http://{listener.Endpoint}/heartbeat/{token}"));

    [Fact]
    public async Task Before_the_first_beat_nothing_is_known_until_it_is_overdue()
    {
        var definition = Look.Define("heartbeat", new HeartbeatOptions { Token = Token, Expect = Duration.FromHours(1) });
        await using var probe = Look.Make(definition, environment: environment);

        time.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal("no heartbeat since start yet", Assert.IsType<Outcome.ProbeFault>((await Look.OnceAsync(probe, Look.Long)).Outcome).Reason);
        time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(3660, (await Look.OnceAsync(probe, Look.Long)).Value(definition, "since_last").Number);
    }

    [Fact]
    public async Task A_beat_starts_the_silence_anew()
    {
        var definition = Look.Define("heartbeat", new HeartbeatOptions { Token = Token });
        await using var probe = Look.Make(definition, environment: environment);
        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Post, HttpMethod.Head })
        {
            time.Advance(TimeSpan.FromMinutes(10));
            Assert.Equal(HttpStatusCode.OK, (await BeatAsync(Token, method)).StatusCode);
            time.Advance(TimeSpan.FromSeconds(5));
            Assert.Equal(5, (await Look.OnceAsync(probe, Look.Long)).Value(definition, "since_last").Number);
        }
    }

    [Fact]
    public async Task A_job_that_reports_while_Nines_starts_is_asked_to_come_back()
    {
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await BeatAsync(Token)).StatusCode);
        await using var probe = Look.Make(Look.Define("heartbeat", new HeartbeatOptions { Token = Token }), environment: environment);
        Assert.Equal(HttpStatusCode.OK, (await BeatAsync(Token)).StatusCode);
    }

    [Fact]
    public async Task Only_the_right_token_beats()
    {
        await using var probe = Look.Make(Look.Define("heartbeat", new HeartbeatOptions { Token = Token }), environment: environment);
        foreach (var wrong in new[] { "", Token[1..], Token + "0", Token.ToUpperInvariant(), "x/" + Token })
            Assert.Equal(HttpStatusCode.NotFound, (await BeatAsync(wrong)).StatusCode);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await BeatAsync(Token, HttpMethod.Delete)).StatusCode);
        Assert.IsType<Outcome.ProbeFault>((await Look.OnceAsync(probe, Look.Long)).Outcome);
    }

    [Fact]
    public async Task A_token_is_forgotten_with_its_probe()
    {
        await Look.Make(Look.Define("heartbeat", new HeartbeatOptions { Token = Token }), environment: environment).DisposeAsync();
        Assert.Equal(HttpStatusCode.NotFound, (await BeatAsync(Token)).StatusCode);
    }

    [Fact]
    public async Task Rubbish_and_endless_heads_do_not_stop_the_listening()
    {
        using var beats = listener.Register(Token);
        var random = new Random(7);
        for (var i = 0; i < 100; i++)
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(listener.Endpoint);
            var rubbish = new byte[random.Next(1, 20_000)];
            random.NextBytes(rubbish);
            if (i % 3 == 0) rubbish = Encoding.ASCII.GetBytes(new string('\n', i) + "GET  HTTP/1.1\r\n\r\n");
            await socket.SendAsync(rubbish);
        }
        Assert.Equal(HttpStatusCode.OK, (await BeatAsync(Token)).StatusCode);
        Assert.NotNull(beats.Last);
    }

    [Fact]
    public async Task Without_a_listener_the_probe_says_what_is_missing()
    {
        await using var probe = Look.Make(Look.Define("heartbeat", new HeartbeatOptions { Token = Token }));
        Assert.Contains("listen: 127.0.0.1", Assert.IsType<Outcome.ProbeFault>((await Look.OnceAsync(probe, Look.Long)).Outcome).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void The_default_condition_follows_the_expectation()
    {
        var type = new HeartbeatProbeType();
        Assert.Equal(["since_last < 5400s else down"], type.DefaultConditions(new HeartbeatOptions { Token = Token, Expect = Duration.FromMinutes(90) }));
        Assert.Equal(["heartbeat", "expect"], type.Validate(new HeartbeatOptions { Token = "short", Expect = Duration.Zero }).Select(mistake => mistake.Option));
    }
}
