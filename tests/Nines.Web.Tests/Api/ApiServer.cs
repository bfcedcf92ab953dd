using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Nines.Core.Control;
using Nines.Pricing.Plan;
using Nines.Response.StatusPage;
using Nines.Web.Access;
using Nines.Web.Live;

namespace Nines.Web.Tests.Api;

/// <summary>A server with console and API over a <see cref="Watched"/> journal; what is told to the watch is noted.</summary>
internal sealed class ApiServer : IAsyncDisposable
{
    private readonly Server server;

    private ApiServer(Server server, Watched watched, ConcurrentQueue<(ControlCommand, string)> told, ConcurrentQueue<string> said) => (this.server, Watched, Told, Said) = (server, watched, told, said);

    public Watched Watched { get; }
    public HttpClient Client => server.Client;
    public Server Raw => server;
    public ConcurrentQueue<(ControlCommand Command, string By)> Told { get; }
    public ConcurrentQueue<string> Said { get; }

    /// <param name="role">Of everybody who asks.</param>
    public static async Task<ApiServer> StartAsync(Watched? watched = null, Role role = Role.Admin, Func<WebOptions, WebOptions>? options = null, Func<ControlCommand, Told>? answer = null, string? folder = null, PageOptions? statusPage = null)
    {
        watched ??= new Watched();
        var told = new ConcurrentQueue<(ControlCommand, string)>();
        var said = new ConcurrentQueue<string>();
        var console = new ConsoleOptions
        {
            Journal = watched.Journal,
            Ledger = watched.Ledger,
            DataFolder = folder,
            PasswordRounds = 10,
            Access = () => new AccessSettings { Anonymous = role },
            StatusPage = () => statusPage,
            Rules = () => watched.Rules,
            NextLook = watched.NextLook,
            Say = said.Enqueue,
            Pricing = ledger => watched.Pricing is { } pricing ? PricingPlan.Open(pricing, ledger, path => throw new InvalidOperationException(path)) : null,
            Tell = (command, by, _) =>
            {
                told.Enqueue((command, by));
                return Task.FromResult(answer?.Invoke(command) ?? new Told(ToldResult.Done, ["done"]));
            },
        };
        var web = Server.Options(status: () => watched.Status) with { Console = console };
        return new ApiServer(await Server.StartAsync(options?.Invoke(web) ?? web), watched, told, said);
    }

    public async Task<(HttpResponseMessage Answer, JsonElement Json)> GetAsync(string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        return await SendAsync(request);
    }

    public async Task<(HttpResponseMessage Answer, JsonElement Json)> PostAsync(string path, string? body, string type = "application/json", params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path);
        if (body is not null) request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) { Headers = { ContentType = MediaTypeHeaderValue.Parse(type) } };
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        return await SendAsync(request);
    }

    /// <summary>The answer is a problem of the code, whole and well formed.</summary>
    public static void AssertProblem((HttpResponseMessage Answer, JsonElement Json) got, HttpStatusCode status, string code)
    {
        Assert.Equal(status, got.Answer.StatusCode);
        Assert.Equal("application/problem+json", got.Answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal(code, got.Json.GetProperty("code").GetString());
        Assert.Equal((int)status, got.Json.GetProperty("status").GetInt32());
        foreach (var text in (string[])["type", "title", "detail", "mend"]) Assert.NotEmpty(got.Json.GetProperty(text).GetString()!);
    }

    private async Task<(HttpResponseMessage, JsonElement)> SendAsync(HttpRequestMessage request)
    {
        var answer = await Client.SendAsync(request);
        var bytes = await answer.Content.ReadAsByteArrayAsync();
        return (answer, bytes.Length > 0 && answer.Content.Headers.ContentType?.MediaType?.EndsWith("json", StringComparison.Ordinal) == true ? JsonDocument.Parse(bytes).RootElement : default);
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        await Watched.DisposeAsync();
    }
}
