using Nines.Testing;
using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Nines.Core.Control;
using Nines.Web.Access;

namespace Nines.Web.Tests.Access;

/// <summary>A server with console and API, its users in a folder of its own, and callers of every kind.</summary>
internal sealed partial class Gatehouse : IAsyncDisposable
{
    public const string Password = Desk.Password;

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("nines-gate-");
    private readonly Watched watched = new();
    private readonly HttpClient client;
    private Server? server;
    private Func<Task<Server>>? start;

    private Gatehouse() => client = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false, Expect100ContinueTimeout = TimeSpan.FromMinutes(1) });

    public AccessSettings Settings { get; set; } = new();
    public ConcurrentQueue<(ControlCommand Command, string By)> Told { get; } = new();
    public ConcurrentQueue<string> Shown { get; } = new();
    public ConcurrentQueue<string> Said { get; } = new();
    public Uri Address => new($"http://{server!.Endpoint}");
    public Server Raw => server!;
    public string Folder => folder.FullName;
    public Watched Watched => watched;
    public HttpClient Client => client;
    public IServiceProvider Services => server!.Services;
    public T Get<T>() where T : notnull => Services.GetRequiredService<T>();

    /// <summary>With a user of each role: viewer, responder, admin.</summary>
    public static async Task<Gatehouse> StartAsync(AccessSettings? settings = null, bool users = true, Func<ControlCommand, Told>? answer = null, TimeProvider? time = null)
    {
        var house = new Gatehouse();
        if (settings is not null) house.Settings = settings;
        house.start = () => Server.StartAsync(Server.Options(status: () => house.watched.Status) with
        {
            Time = time ?? TimeProvider.System,
            Console = new ConsoleOptions
            {
                Journal = house.watched.Journal,
                Ledger = house.watched.Ledger,
                DataFolder = house.folder.FullName,
                PasswordRounds = 10,
                Access = () => house.Settings,
                Config = () => """{"listen":"127.0.0.1:9464","notify":[{"name":"<script>","webhook":"<secret>"}]}""",
                Say = house.Said.Enqueue,
                ShowSecret = house.Shown.Enqueue,
                Tell = (command, by, _) =>
                {
                    house.Told.Enqueue((command, by));
                    return Task.FromResult(answer?.Invoke(command) ?? new Told(ToldResult.Done, ["done"]));
                },
            },
        });
        house.server = await house.start();
        foreach (var role in users ? Roles : []) await house.Get<Users>().AddAsync(RoleWords.Of(role), role, Password, null, null, "root", default);
        return house;
    }

    public static readonly ImmutableArray<Role> Roles = [Role.Viewer, Role.Responder, Role.Admin];

    /// <summary>The routes that the running server has, but for those of machines.</summary>
    public IEnumerable<(string Method, string Path, RouteEndpoint Endpoint)> Routes() =>
        from endpoint in Get<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        from method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["*"]
        where method != "HEAD"
        select (method, "/" + endpoint.RoutePattern.RawText!.TrimStart('/'), endpoint);

    public static string Filled(string path, string with = "x-1") => Hole().Replace(path, with);

    public async Task<string> TokenAsync(Role role) => (await Get<ApiTokens>().CreateAsync(RoleWords.Of(role), "test", role, null, "root", default)).Text;

    public Task<string> CookieAsync(Role role) => Get<Sessions>().OpenAsync(RoleWords.Of(role), "Firefox", null, default);

    public async Task<Answer> SendAsync(HttpMethod method, string path, HttpContent? content = null, string? bearer = null, string? cookie = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, new Uri(Address, path)) { Content = content };
        if (bearer is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", bearer);
        if (cookie is not null) request.Headers.TryAddWithoutValidation("Cookie", $"{(Settings.IsHttps ? SessionCookie.SecureName : SessionCookie.PlainName)}={cookie}");
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        if (content?.Headers.ContentLength > 100_000) request.Headers.ExpectContinue = true;
        using var limit = new CancellationTokenSource(Patience.Most);
        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
        var kind = answer.Content.Headers.ContentType?.MediaType;
        var text = kind == "text/event-stream" ? "" : await answer.Content.ReadAsStringAsync(limit.Token);
        return new Answer(answer.StatusCode, text, kind, answer.Headers.ToDictionary(header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase));
    }

    /// <summary>As a page's form does, in a browser that says where it comes from.</summary>
    public Task<Answer> PostFormAsync(string path, string? cookie, params (string Name, string Value)[] fields) => SendAsync(
        HttpMethod.Post, path, new FormUrlEncodedContent([.. fields.Select(field => KeyValuePair.Create(field.Name, field.Value)), .. cookie is null ? (IEnumerable<KeyValuePair<string, string>>)[] : [KeyValuePair.Create(Gate.FormField, Secrets.Masked(Secrets.FormToken(cookie)))]]),
        cookie: cookie, headers: [("Origin", Address.GetLeftPart(UriPartial.Authority)), ("Sec-Fetch-Site", "same-origin")]);

    /// <param name="Headers">Of the answer; content headers are not among them.</param>
    public sealed record Answer(HttpStatusCode Status, string Text, string? Kind, IReadOnlyDictionary<string, string> Headers)
    {
        public string? Code => Kind?.EndsWith("json", StringComparison.Ordinal) == true && JsonDocument.Parse(Text).RootElement is { ValueKind: JsonValueKind.Object } json && json.TryGetProperty("code", out var code) ? code.GetString() : CodeInPage().Match(Text) is { Success: true } match && (int)Status >= 400 ? match.Value : null;

        public string? Cookie => Headers.TryGetValue("Set-Cookie", out var set) && set.Split(';')[0].Split('=', 2) is [_, { Length: > 0 } value] ? value : null;

        public bool IsToLogIn => Status == HttpStatusCode.SeeOther && Headers["Location"].StartsWith("/login", StringComparison.Ordinal);

        /// <summary>Refused because of who asks.</summary>
        public bool IsRefused => Code is "NIN4340" or "NIN4341" || IsToLogIn;
    }

    public async Task RestartAsync()
    {
        await server!.DisposeAsync();
        server = await start!();
    }

    public Task DisposeServerAsync() => server!.StopAsync();

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        if (server is not null) await server.DisposeAsync();
        await watched.DisposeAsync();
        folder.Delete(recursive: true);
    }

    [GeneratedRegex(@"\{[^}]+\}")]
    private static partial Regex Hole();

    [GeneratedRegex("NIN4[0-9]{3}")]
    private static partial Regex CodeInPage();
}
