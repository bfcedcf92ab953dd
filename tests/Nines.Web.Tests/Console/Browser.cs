using System.Net;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using Nines.Core.Control;
using Nines.Response.StatusPage;
using Nines.Web.Access;
using Nines.Web.Tests.Api;

namespace Nines.Web.Tests.Console;

/// <summary>Pages of a server over <see cref="Drama"/>, read as a browser without JavaScript reads them.</summary>
internal sealed class Browser : IAsyncDisposable
{
    private readonly HttpClient client;

    private Browser(ApiServer server) => (Server, client) = (server, new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = server.Client.BaseAddress });

    public ApiServer Server { get; }

    public static async Task<Browser> OpenAsync(Role role = Role.Responder, Func<ControlCommand, Told>? answer = null, Watched? watched = null, bool priced = false, TimeProvider? time = null, PageOptions? statusPage = null)
    {
        watched ??= await Drama.PlayAsync();
        if (priced) watched.Pricing = Drama.Pricing;
        return new(await ApiServer.StartAsync(watched, role, options => time is null ? options : options with { Time = time }, answer, statusPage: statusPage));
    }

    /// <summary>A page that is there, with what every page has to have.</summary>
    public async Task<IHtmlDocument> GetAsync(string path)
    {
        var (status, page) = await LookAsync(path);
        Assert.True(status == HttpStatusCode.OK, $"{path}: {status}: {page.Body?.TextContent}");
        Assert.Single(page.QuerySelectorAll("h1"));
        // The policy allows neither: they would not work, and somebody would wonder why.
        Assert.Empty(page.QuerySelectorAll("[style], style, script:not([src]), [onclick]"));
        foreach (var id in page.QuerySelectorAll("[id]").GroupBy(element => element.Id)) Assert.True(id.Count() == 1, $"{path}: the id {id.Key} is there {id.Count()} times");
        foreach (var named in page.QuerySelectorAll("[aria-labelledby]")) Assert.NotNull(page.GetElementById(named.GetAttribute("aria-labelledby")!));
        foreach (var field in page.QuerySelectorAll("input:not([type=hidden]), select, textarea")) Assert.True(field.Closest("label") is not null || field.HasAttribute("aria-label"), $"{path}: a field without a label: {field.OuterHtml}");
        foreach (var live in page.QuerySelectorAll("[data-live]")) Assert.NotNull(page.QuerySelector(live.GetAttribute("hx-select")!));
        return page;
    }

    public async Task<(HttpStatusCode Status, IHtmlDocument Page)> LookAsync(string path)
    {
        using var answer = await client.GetAsync(path);
        return (answer.StatusCode, new HtmlParser().ParseDocument(await answer.Content.ReadAsStringAsync()));
    }

    /// <returns>Where it sends the browser; null where it does not.</returns>
    public async Task<(HttpStatusCode Status, string? Location)> PostAsync(string path, params (string Name, string Value)[] fields)
    {
        using var body = new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value)));
        using var answer = await client.PostAsync(path, body);
        return (answer.StatusCode, answer.Headers.Location?.OriginalString);
    }

    public static string TextOf(IElement? element) => System.Text.RegularExpressions.Regex.Replace(element?.TextContent ?? "", @"\s+", " ").Trim();

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await Server.DisposeAsync();
    }
}
