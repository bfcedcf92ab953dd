using System.Net;
using Nines.Web.Access;

namespace Nines.Web.Tests.Api;

/// <summary>What holds for every route of the API.</summary>
public sealed class RouteTests
{
    [Fact]
    public async Task A_document_says_what_it_is_and_what_it_is_as_of()
    {
        await using var server = await ApiServer.StartAsync();
        await server.Watched.ConfigAsync("shop");
        var (answer, json) = await server.GetAsync("/api/v1/watch");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("application/json", answer.Content.Headers.ContentType!.ToString());
        Assert.Equal("nines.watch/1", json.GetProperty("schema").GetString());
        Assert.Equal(3, json.GetProperty("as_of_position").GetInt64());
        Assert.True(json.GetProperty("ready").GetBoolean());
        Assert.Equal(0.1m, json.GetProperty("run").GetProperty("frontier_age_s").GetDecimal());
        Assert.Equal("2026-05-01T00:00:00Z", json.GetProperty("run").GetProperty("started_at").GetString());
    }

    [Fact]
    public async Task The_config_is_told_as_it_was_understood_to_admins_alone()
    {
        WebOptions With(WebOptions options) => options with { Console = options.Console! with { Config = () => """{"policy":"strict"}""" } };
        await using (var server = await ApiServer.StartAsync(options: With))
        {
            var (_, json) = await server.GetAsync("/api/v1/config");
            Assert.Equal(("nines.config/1", "strict"), (json.GetProperty("schema").GetString(), json.GetProperty("config").GetProperty("policy").GetString()));
        }
        await using var viewers = await ApiServer.StartAsync(role: Role.Viewer, options: With);
        Assert.False((await viewers.GetAsync("/api/v1/config")).Answer.IsSuccessStatusCode);
        await using var starting = await ApiServer.StartAsync();
        ApiServer.AssertProblem(await starting.GetAsync("/api/v1/config"), HttpStatusCode.ServiceUnavailable, "NIN4342");
    }

    [Fact]
    public async Task A_parameter_that_the_route_does_not_take_is_refused_by_name()
    {
        await using var server = await ApiServer.StartAsync();
        var refused = await server.GetAsync("/api/v1/watch?limmit=5");
        ApiServer.AssertProblem(refused, HttpStatusCode.BadRequest, "NIN4331");
        var mistake = refused.Json.GetProperty("mistakes")[0];
        Assert.Equal(("query", "limmit"), (mistake.GetProperty("in").GetString(), mistake.GetProperty("name").GetString()));
    }

    [Fact]
    public async Task Every_error_under_api_is_a_problem_and_every_other_is_a_page_or_a_line()
    {
        await using var server = await ApiServer.StartAsync();
        ApiServer.AssertProblem(await server.GetAsync("/api/v1/nothing"), HttpStatusCode.NotFound, "NIN4330");
        ApiServer.AssertProblem(await server.GetAsync("/api"), HttpStatusCode.NotFound, "NIN4330");
        var method = await server.PostAsync("/api/v1/watch", "{}");
        ApiServer.AssertProblem(method, HttpStatusCode.MethodNotAllowed, "NIN4336");
        Assert.Contains("GET", method.Answer.Content.Headers.Allow);

        using var page = await server.Client.GetAsync("/nothing");
        Assert.Equal((HttpStatusCode.NotFound, "text/html"), (page.StatusCode, page.Content.Headers.ContentType!.MediaType));
        Assert.Contains("NIN4330", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var line = await server.Client.GetAsync("/heartbeat/none");
        Assert.Equal((HttpStatusCode.NotFound, "text/plain"), (line.StatusCode, line.Content.Headers.ContentType!.MediaType));
    }

    [Fact]
    public async Task Who_is_not_known_is_told_to_log_in()
    {
        await using var server = await ApiServer.StartAsync(role: Role.None);
        ApiServer.AssertProblem(await server.GetAsync("/api/v1/watch"), HttpStatusCode.Unauthorized, "NIN4340");
    }

    [Fact]
    public async Task A_defect_is_told_to_the_operator_and_nothing_of_it_to_the_caller()
    {
        await using var server = await ApiServer.StartAsync(options: options => options with { Status = () => throw new InvalidOperationException("inner secret") });
        var failed = await server.GetAsync("/api/v1/watch");
        ApiServer.AssertProblem(failed, HttpStatusCode.InternalServerError, "NIN5000");
        Assert.DoesNotContain("inner secret", failed.Json.GetRawText(), StringComparison.Ordinal);
        Assert.Contains("inner secret", Assert.Single(server.Said), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_head_request_gets_the_head_of_the_answer()
    {
        await using var server = await ApiServer.StartAsync();
        using var answer = await server.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/api/v1/watch"));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.True(answer.Content.Headers.ContentLength > 100);
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync());
    }
}
