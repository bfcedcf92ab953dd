using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Nines.Web.Access;
using Nines.Web.Api.Documents;
using Nines.Web.Api.Looks;

namespace Nines.Web.Tests.Api;

/// <summary><c>POST /api/v1/probes/look</c>: who may have a probe look where.</summary>
public sealed class LookTests
{
    /// <summary>Somebody who is known: who is not has nothing looked at.</summary>
    private static async Task<(string, string)> BearerAsync(ApiServer server, Role role)
    {
        await server.Raw.Services.GetRequiredService<Users>().AddAsync("ada", role, "correct zebra paint 9", null, null, "root", default);
        return ("Authorization", $"Bearer {(await server.Raw.Services.GetRequiredService<ApiTokens>().CreateAsync("ada", "test", role, null, "root", default)).Text}");
    }

    private static Task<ApiServer> StartAsync(List<LookOrder> orders) => ApiServer.StartAsync(role: Role.Viewer, options: options => options with
    {
        Console = options.Console! with
        {
            Look = (order, _) =>
            {
                orders.Add(order);
                return Task.FromResult(new LooksDocument(LooksDocument.SchemaName, new("look"), []));
            },
        },
    });

    [Theory]
    [InlineData(Role.Viewer, true, false, false)]
    [InlineData(Role.Responder, true, true, false)]
    [InlineData(Role.Admin, true, true, false)]
    public async Task How_far_a_look_reaches_is_bounded_by_the_role(Role role, bool toPublic, bool toLoopback, bool toMetadata)
    {
        var orders = new List<LookOrder>();
        await using var server = await StartAsync(orders);
        var got = await server.PostAsync("/api/v1/probes/look", """{"type":"http","target":"https://shop.example/","conditions":["status == 200"],"timeout":"2s"}""", headers: await BearerAsync(server, role));
        Assert.True(got.Answer.IsSuccessStatusCode, got.Json.ToString());
        var reach = Assert.Single(orders).Reach;
        Assert.Equal((toPublic, toLoopback, toMetadata), (reach.Allows(IPAddress.Parse("93.184.216.34").GetAddressBytes()), reach.Allows(IPAddress.Loopback.GetAddressBytes()), reach.Allows(IPAddress.Parse("169.254.169.254").GetAddressBytes())));
    }

    [Fact]
    public async Task Who_is_not_logged_in_has_nothing_looked_at_though_he_may_read_all()
    {
        var orders = new List<LookOrder>();
        await using var server = await StartAsync(orders);
        ApiServer.AssertProblem(await server.PostAsync("/api/v1/probes/look", """{"type":"tcp","target":"shop.example:443"}"""), HttpStatusCode.Unauthorized, "NIN4340");
        Assert.Empty(orders);
    }

    [Theory]
    [InlineData("""{"type":"browser","target":"https://shop.example/"}""", "$.type")]
    [InlineData("""{"type":"htpp","target":"https://shop.example/"}""", "$.type")]
    [InlineData("""{"type":"http","target":""}""", "$.target")]
    [InlineData("""{"type":"http","target":"https://shop.example/","timeout":"1h"}""", "$.timeout")]
    [InlineData("""{"type":"http","target":"https://shop.example/","conditions":[null]}""", "$.conditions")]
    [InlineData("""{"type":"http","target":"https://shop.example/","body_file":"/etc/passwd"}""", "$.body_file")]
    public async Task What_cannot_be_looked_at_is_refused_by_name(string body, string path)
    {
        var orders = new List<LookOrder>();
        await using var server = await StartAsync(orders);
        var refused = await server.PostAsync("/api/v1/probes/look", body, headers: await BearerAsync(server, Role.Admin));
        ApiServer.AssertProblem(refused, HttpStatusCode.BadRequest, "NIN4333");
        Assert.Equal(path, refused.Json.GetProperty("mistakes")[0].GetProperty("name").GetString());
        Assert.Empty(orders);
    }

    [Fact]
    public async Task More_looks_than_run_at_a_time_are_sent_back()
    {
        var (go, running) = (new TaskCompletionSource(), 0);
        await using var server = await ApiServer.StartAsync(options: options => options with
        {
            Console = options.Console! with
            {
                Look = async (_, _) =>
                {
                    Interlocked.Increment(ref running);
                    await go.Task;
                    return new LooksDocument(LooksDocument.SchemaName, new("look"), []);
                },
            },
        });
        var bearer = await BearerAsync(server, Role.Viewer);
        const string body = """{"type":"tcp","target":"shop.example:443"}""";
        var asking = Enumerable.Range(0, 4).Select(_ => server.PostAsync("/api/v1/probes/look", body, headers: bearer)).ToList();
        while (Volatile.Read(ref running) < 4) await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        ApiServer.AssertProblem(await server.PostAsync("/api/v1/probes/look", body, headers: bearer), HttpStatusCode.TooManyRequests, "NIN4339");
        go.SetResult();
        foreach (var one in asking) Assert.Equal(HttpStatusCode.OK, (await one).Answer.StatusCode);
    }
}
