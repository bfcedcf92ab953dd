using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;
using Nines.Response.StatusPage;
using Nines.Response.Subscriptions;
using Nines.Testing;
using Nines.Web.StatusPage;

namespace Nines.Web.Tests.StatusPage;

/// <summary>The desk on its real listener; what comes of a mail is in the tests of the sender.</summary>
public sealed partial class SubscriptionDeskTests : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("nines-desk").FullName;
    private readonly ManualTimeProvider time = new();
    private SubscriptionBook book = null!;
    private StatusListener listener = null!;
    private ReadyTable table = null!;
    private HttpClient http = null!;
    private bool mail = true;

    public async ValueTask InitializeAsync()
    {
        book = SubscriptionBook.Open(folder, new SubscriptionOptions(), time);
        var desk = new SubscriptionDesk(book, () => mail, takesWebhooks: true, [IPNetwork.Parse("127.0.0.1/32")]);
        listener = await StatusListener.StartAsync(new IPEndPoint(IPAddress.Loopback, 0), desk);
        http = new HttpClient(new SocketsHttpHandler { Expect100ContinueTimeout = TimeSpan.FromMinutes(1) }) { BaseAddress = new Uri($"http://{listener.Endpoint}") };
        using var early = await http.GetAsync("/subscribe");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, early.StatusCode);
        await using var tree = new PageTree();
        var content = Pages.Eventful().Page(800);
        var files = await tree.RenderAsync(content, new PageTheme { Logo = Pages.Logo }, subscribe: true);
        desk.Show(await tree.RenderDeskAsync(content, files, mail: true, webhooks: true), [.. content.Options.Components.Select(component => component.Id)]);
        table = new ReadyTable(files, null);
        listener.Show(table);
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await listener.DisposeAsync();
        book.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task The_form_is_found_from_every_page_and_needs_no_script()
    {
        foreach (var file in table.Files.Where(file => file.Path.EndsWith(".html", StringComparison.Ordinal)))
        {
            var link = file.Path == PageTree.NotFound ? "/subscribe" : string.Concat(Enumerable.Repeat("../", file.Path.Count(letter => letter == '/'))) + "subscribe";
            Assert.Contains($"href=\"{link}\"", Encoding.UTF8.GetString(file.Bytes), StringComparison.Ordinal);
        }
        using var form = await http.GetAsync("/subscribe");
        var page = await form.Content.ReadAsStringAsync();
        Assert.Contains("name=\"email\"", page, StringComparison.Ordinal);
        Assert.Contains("value=\"shop\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(" style=", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("7f", page, StringComparison.Ordinal); // all internal names of the scene have it
        Assert.StartsWith("default-src 'none'", form.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Equal("no-referrer", form.Headers.GetValues("Referrer-Policy").Single());
        Assert.True(form.Headers.CacheControl!.NoStore);
        Assert.False(form.Headers.Contains("Set-Cookie"));
        Assert.False(form.Headers.Contains("Access-Control-Allow-Origin"));
        foreach (Match link in Local().Matches(page).Where(link => link.Groups[1].Value != "subscribe"))
            Assert.NotNull(table.Find("/" + link.Groups[1].Value));
    }

    [Fact]
    public async Task An_address_is_taken_with_the_same_answer_whether_or_not_it_is_known()
    {
        var first = await PostAsync("/subscribe", Form(("email", "alice@example.org"), ("component", "shop")));
        var again = await PostAsync("/subscribe", Form(("email", "alice@example.org"), ("component", "shop")));
        var other = await PostAsync("/subscribe", Form(("email", "bob@example.org")));
        Assert.Equal(HttpStatusCode.OK, first.Status);
        Assert.Equal(first, again);
        Assert.Equal(first, other);
        Assert.DoesNotContain("alice", first.Body, StringComparison.Ordinal);
        Assert.Equal((0, 2), book.Count);
    }

    [Fact]
    public async Task Looking_confirms_nothing_and_the_button_does()
    {
        await PostAsync("/subscribe", Form(("email", "alice@example.org")));
        var token = book.NewConfirmation(book.All().Single().Id)!;
        for (var i = 0; i < 3; i++)
        {
            using var looked = await http.GetAsync($"/subscriptions/confirm?token={token}");
            var page = await looked.Content.ReadAsStringAsync();
            Assert.Equal(HttpStatusCode.OK, looked.StatusCode);
            Assert.Contains("<form method=\"post\">", page, StringComparison.Ordinal);
            Assert.DoesNotContain(token, page, StringComparison.Ordinal);
            foreach (Match link in Local().Matches(page).Where(link => !link.Groups[1].Value.EndsWith("subscribe", StringComparison.Ordinal))) Assert.NotNull(table.Find("/" + link.Groups[1].Value.Replace("../", "", StringComparison.Ordinal)));
        }
        using (var head = await http.SendAsync(new HttpRequestMessage(HttpMethod.Head, $"/subscriptions/confirm?token={token}"))) Assert.Equal(HttpStatusCode.OK, head.StatusCode);
        Assert.Equal((0, 1), book.Count);
        Assert.Equal(HttpStatusCode.OK, (await PostAsync($"/subscriptions/confirm?token={token}", null)).Status);
        Assert.Equal((1, 0), book.Count);

        var leave = book.Tokens.LeaveToken(book.All().Single().Id);
        using (var looked = await http.GetAsync($"/subscriptions/leave?token={leave}")) Assert.Equal(HttpStatusCode.OK, looked.StatusCode);
        Assert.Equal((1, 0), book.Count);
        Assert.Equal(HttpStatusCode.OK, (await PostAsync($"/subscriptions/leave?token={leave}", Form(("List-Unsubscribe", "One-Click")))).Status);
        Assert.Equal((0, 0), book.Count);
        Assert.Equal(HttpStatusCode.OK, (await PostAsync($"/subscriptions/leave?token={leave}", null)).Status);
    }

    [Theory]
    [InlineData("")]
    [InlineData("?token=")]
    [InlineData("?token=abc")]
    [InlineData("?token=abc&token=abc")]
    [InlineData("?token=%00")]
    [InlineData("?token=../../etc/passwd")]
    [InlineData("?token=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task A_token_that_is_none_does_nothing(string query)
    {
        await PostAsync("/subscribe", Form(("email", "alice@example.org")));
        foreach (var path in (string[])["/subscriptions/confirm", "/subscriptions/leave"])
        {
            using var looked = await http.GetAsync(path + query);
            Assert.Equal(HttpStatusCode.NotFound, looked.StatusCode);
            Assert.Equal(HttpStatusCode.NotFound, (await PostAsync(path + query, null)).Status);
        }
        Assert.Equal((0, 1), book.Count);
    }

    [Fact]
    public async Task What_cannot_be_subscribed_is_said_and_what_is_too_large_is_not_read()
    {
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync("/subscribe", Form(("email", "nobody")))).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync("/subscribe", Form(("email", "a@example.org\r\nRCPT TO:<b@example.org>")))).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync("/subscribe", Form(("email", "a@example.org"), ("component", "int-web-7f")))).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync("/subscribe", Form(("webhook", "http://169.254.169.254/")))).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync("/subscribe", Form())).Status);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await PostAsync("/subscribe", new StringContent("{}", new MediaTypeHeaderValue("application/json")))).Status);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await PostAsync("/subscribe", Form(("email", new string('a', 1 << 20))))).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync("/subscribe", Form(("email", new string('a', 2_000))))).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync("/subscribe", Form([.. Enumerable.Range(0, 1_000).Select(i => ("c", "x"))]))).Status);
        using (var put = await http.SendAsync(new HttpRequestMessage(HttpMethod.Put, "/subscribe"))) Assert.Equal(HttpStatusCode.MethodNotAllowed, put.StatusCode);
        using (var elsewhere = await http.PostAsync("/", Form(("email", "a@example.org")))) Assert.Equal(HttpStatusCode.MethodNotAllowed, elsewhere.StatusCode);
        mail = false;
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync("/subscribe", Form(("email", "a@example.org")))).Status);
        Assert.Equal((0, 0), book.Count);
    }

    [Fact]
    public async Task A_caller_behind_the_proxy_is_limited_and_others_are_not()
    {
        async Task<HttpStatusCode> AskAsync(int i, string caller) => (await PostAsync("/subscribe", Form(("email", $"u{i}@example.org")), ("X-Forwarded-For", caller))).Status;
        for (var i = 0; i < 10; i++) Assert.Equal(HttpStatusCode.OK, await AskAsync(i, "203.0.113.9"));
        Assert.Equal(HttpStatusCode.TooManyRequests, await AskAsync(10, "203.0.113.9"));
        Assert.Equal(HttpStatusCode.TooManyRequests, await AskAsync(11, "198.51.100.77, 203.0.113.9")); // what the caller wrote itself is not believed
        Assert.Equal(HttpStatusCode.OK, await AskAsync(12, "203.0.113.10"));
        time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(13, "203.0.113.9"));
    }

    [Fact]
    public async Task Every_page_of_the_desk_is_there_in_every_shipped_language()
    {
        foreach (var language in PageTexts.Shipped)
        {
            var scene = Pages.Eventful();
            scene.Options = scene.Options with { Texts = PageTexts.Find(language)! };
            await using var tree = new PageTree();
            var files = await tree.RenderAsync(scene.Page(800), new PageTheme());
            var pages = (await tree.RenderDeskAsync(scene.Page(800), files, mail: true, webhooks: false))[""];
            Assert.Equal(Enum.GetValues<DeskPage>().Length, pages.Count);
            Assert.All(pages.Values, page => Assert.Contains($"<html lang=\"{language}\">", Encoding.UTF8.GetString(page), StringComparison.Ordinal));
            Assert.All(pages.Values, page => Assert.DoesNotContain("name=\"webhook\"", Encoding.UTF8.GetString(page), StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Who_chose_another_language_subscribes_in_it()
    {
        var scene = Pages.Eventful();
        scene.Options = scene.Options.In([PageTexts.Find("de")!]);
        var content = scene.Page(800);
        await using var tree = new PageTree();
        var files = await tree.RenderAsync(content, new PageTheme(), subscribe: true);
        var desk = new SubscriptionDesk(book, () => true, takesWebhooks: true, []);
        await using var german = await StatusListener.StartAsync(new IPEndPoint(IPAddress.Loopback, 0), desk);
        desk.Show(await tree.RenderDeskAsync(content, files, mail: true, webhooks: true), [.. content.Options.Components.Select(component => component.Id)]);
        german.Show(new ReadyTable(files, null, content.Options.Languages));
        using var client = new HttpClient { BaseAddress = new Uri($"http://{german.Endpoint}/de/") };
        Assert.Contains("<html lang=\"de\">", await client.GetStringAsync("subscribe"), StringComparison.Ordinal);
        using var asked = await client.PostAsync("subscribe", new FormUrlEncodedContent([KeyValuePair.Create("email", "no address")]));
        Assert.Equal(HttpStatusCode.BadRequest, asked.StatusCode);
        Assert.Contains("Das ist keine Adresse", await asked.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PUT", "application/x-www-form-urlencoded", HttpStatusCode.MethodNotAllowed)]
    [InlineData("POST", "application/json", HttpStatusCode.UnsupportedMediaType)]
    public async Task What_cannot_be_read_is_answered_with_the_form_and_what_to_do(string method, string type, HttpStatusCode status)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), "/subscribe") { Content = new StringContent("{}", Encoding.UTF8, type) };
        using var answer = await http.SendAsync(request);
        var html = await answer.Content.ReadAsStringAsync();
        Assert.Equal(status, answer.StatusCode);
        Assert.Contains("Please fill in the form below.", html, StringComparison.Ordinal);
        Assert.Contains("name=\"email\"", html, StringComparison.Ordinal);
    }

    private async Task<(HttpStatusCode Status, string Body)> PostAsync(string path, HttpContent? content, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
        request.Headers.ExpectContinue = content?.Headers.ContentLength > 100_000; // refused before it is sent: else the client may trip over its own writing
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        using var answer = await http.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    private static FormUrlEncodedContent Form(params (string Name, string Value)[] fields) => new(fields.Select(field => KeyValuePair.Create(field.Name, field.Value)));

    /// <summary>What a page loads or leads to here.</summary>
    [GeneratedRegex("(?:href|src)=\"((?:\\.\\./)?[a-z][^\":#]*)\"")]
    private static partial Regex Local();
}
