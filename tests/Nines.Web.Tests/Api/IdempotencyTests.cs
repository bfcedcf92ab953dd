using System.Net;
using System.Text;
using Nines.Core.Control;
using Nines.Testing;
using Nines.Web.Api;
using Nines.Web.Api.Routing;

namespace Nines.Web.Tests.Api;

/// <summary>POSTs with an Idempotency-Key are done once.</summary>
public sealed class IdempotencyTests : IDisposable
{
    private const string Body = """{"components":["shop"]}""";
    private readonly string folder = Directory.CreateTempSubdirectory("nines-kept-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_repeat_does_nothing_and_gets_the_first_answer_even_after_a_restart()
    {
        string first;
        await using (var server = await ApiServer.StartAsync(folder: folder, answer: _ => new Told(ToldResult.Done, ["the first"])))
        {
            var got = await server.PostAsync("/api/v1/pause", Body, headers: ("Idempotency-Key", "k1"));
            Assert.Equal(HttpStatusCode.OK, got.Answer.StatusCode);
            first = got.Json.GetRawText();
            Assert.Equal(first, (await server.PostAsync("/api/v1/pause", Body, headers: ("Idempotency-Key", "k1"))).Json.GetRawText());
            Assert.IsType<ControlCommand.PauseProbing>(Assert.Single(server.Told).Command);
        }
        await using var next = await ApiServer.StartAsync(folder: folder, answer: _ => new Told(ToldResult.Done, ["again"]));
        Assert.Equal(first, (await next.PostAsync("/api/v1/pause", Body, headers: ("Idempotency-Key", "k1"))).Json.GetRawText());
        Assert.Empty(next.Told);
        await next.PostAsync("/api/v1/pause", Body, headers: ("Idempotency-Key", "k2"));
        Assert.Single(next.Told);
    }

    [Fact]
    public async Task The_key_of_another_request_is_refused()
    {
        await using var server = await ApiServer.StartAsync();
        await server.PostAsync("/api/v1/pause", Body, headers: ("Idempotency-Key", "k"));
        ApiServer.AssertProblem(await server.PostAsync("/api/v1/pause", """{"components":["pay"]}""", headers: ("Idempotency-Key", "k")), HttpStatusCode.UnprocessableEntity, "NIN4337");
        ApiServer.AssertProblem(await server.PostAsync("/api/v1/resume", Body, headers: ("Idempotency-Key", "k")), HttpStatusCode.UnprocessableEntity, "NIN4337");
        ApiServer.AssertProblem(await server.PostAsync("/api/v1/resume", Body, headers: ("Idempotency-Key", new string('k', 201))), HttpStatusCode.BadRequest, "NIN4332");
        Assert.Single(server.Told);
    }

    [Fact]
    public async Task What_was_refused_may_be_tried_again_with_the_same_key()
    {
        var result = ToldResult.Refused;
        await using var server = await ApiServer.StartAsync(answer: _ => new Told(result, ["NIN4023: it is paused already."]));
        ApiServer.AssertProblem(await server.PostAsync("/api/v1/pause", Body, headers: ("Idempotency-Key", "k")), HttpStatusCode.Conflict, "NIN4023");
        result = ToldResult.OutOfReach;
        ApiServer.AssertProblem(await server.PostAsync("/api/v1/pause", Body, headers: ("Idempotency-Key", "k")), HttpStatusCode.ServiceUnavailable, "NIN4342");
        result = ToldResult.Done;
        Assert.Equal(HttpStatusCode.OK, (await server.PostAsync("/api/v1/pause", Body, headers: ("Idempotency-Key", "k"))).Answer.StatusCode);
        Assert.Equal(3, server.Told.Count);
    }

    [Fact]
    public async Task Callers_at_the_same_time_wait_for_the_first()
    {
        using var kept = new KeptAnswers(null, TimeProvider.System, _ => { });
        var (runs, go) = (0, new TaskCompletionSource());
        Task<ApiAnswer> Ask() => kept.RunAsync("anna", "k", "d", true, async () =>
        {
            Interlocked.Increment(ref runs);
            await go.Task;
            return Answer("once");
        }, CancellationToken.None);
        var asking = Enumerable.Range(0, 20).Select(_ => Task.Run(Ask)).ToList();
        Assert.Equal("bertha's", Text(await kept.RunAsync("bertha", "k", "other", true, () => Task.FromResult(Answer("bertha's")), CancellationToken.None)));
        go.SetResult();
        foreach (var one in asking) Assert.Equal("once", Text(await one));
        Assert.Equal(1, runs);
    }

    [Fact]
    public async Task A_call_that_a_crash_cut_off_is_not_run_again()
    {
        using (var kept = new KeptAnswers(folder, TimeProvider.System, _ => { }))
            _ = kept.RunAsync("anna", "k", "d", true, () => new TaskCompletionSource<ApiAnswer>().Task, CancellationToken.None);
        await File.AppendAllTextAsync(Path.Combine(folder, KeptAnswers.FileName), """{"at":"2026-01-""");
        using var next = new KeptAnswers(folder, TimeProvider.System, _ => { });
        var doubt = await Assert.ThrowsAsync<ApiProblem>(() => next.RunAsync("anna", "k", "d", true, () => throw new InvalidOperationException("run"), CancellationToken.None));
        Assert.Equal((409, "NIN4344"), (doubt.Status, doubt.Code));
        Assert.Contains("not known", doubt.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_with_a_secret_is_never_on_disk()
    {
        using (var kept = new KeptAnswers(folder, TimeProvider.System, _ => { }))
        {
            Assert.Equal("s3cret", Text(await kept.RunAsync("anna", "k", "d", keep: false, () => Task.FromResult(Answer("s3cret")), CancellationToken.None)));
            Assert.Equal("NIN4344", (await Assert.ThrowsAsync<ApiProblem>(() => kept.RunAsync("anna", "k", "d", false, () => throw new InvalidOperationException("run"), CancellationToken.None))).Code);
        }
        var path = Path.Combine(folder, KeptAnswers.FileName);
        Assert.DoesNotContain("s3cret", await File.ReadAllTextAsync(path), StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
    }

    [Fact]
    public async Task A_file_that_cannot_be_used_is_told_and_keys_are_kept_in_memory()
    {
        Directory.CreateDirectory(Path.Combine(folder, KeptAnswers.FileName)); // a folder where the file should be
        var said = new List<string>();
        using var kept = new KeptAnswers(folder, TimeProvider.System, said.Add);
        Assert.Contains(KeptAnswers.FileName, Assert.Single(said), StringComparison.Ordinal);
        Assert.Equal("once", Text(await kept.RunAsync("anna", "k", "d", true, () => Task.FromResult(Answer("once")), CancellationToken.None)));
        Assert.Equal("once", Text(await kept.RunAsync("anna", "k", "d", true, () => throw new InvalidOperationException("run"), CancellationToken.None)));
    }

    [Fact]
    public async Task Keys_are_forgotten_after_a_day_and_the_oldest_of_too_many()
    {
        var time = new ManualTimeProvider();
        using var kept = new KeptAnswers(folder, time, _ => { });
        var runs = 0;
        Task Ask(string key) => kept.RunAsync("anna", key, "d", true, () => Task.FromResult(Answer($"{runs++}")), CancellationToken.None);
        await Ask("k");
        time.Advance(TimeSpan.FromHours(23));
        await Ask("k");
        Assert.Equal(1, runs);
        time.Advance(TimeSpan.FromHours(2));
        await Ask("k");
        Assert.Equal(2, runs);
        for (var i = 0; i < KeptAnswers.MostOfOne; i++) await Ask($"{i}");
        await Ask("k");
        Assert.Equal(3 + KeptAnswers.MostOfOne, runs);
    }

    private static ApiAnswer Answer(string text) => new(200, "text/plain", Encoding.UTF8.GetBytes(text));

    private static string Text(ApiAnswer answer) => Encoding.UTF8.GetString(answer.Content.Span);
}
