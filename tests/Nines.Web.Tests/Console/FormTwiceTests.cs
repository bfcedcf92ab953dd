using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using AngleSharp.Html.Parser;
using Nines.Core;
using Nines.Core.Control;
using Nines.Testing;
using Nines.Web.Access;
using Nines.Web.Api.Routing;
using Nines.Web.Console;
using Nines.Web.Tests.Access;

namespace Nines.Web.Tests.Console;

/// <summary>A form that is sent twice, by a double click or a reload after a broken connection, is carried out once.</summary>
public sealed class FormTwiceTests
{
    private static readonly (string Name, string Value) Key = (FormRoutes.KeyField, "k-1");

    /// <summary>shop-1 is down.</summary>
    private static async Task<Gatehouse> OpenAsync(Func<ControlCommand, Told>? answer = null)
    {
        var house = await Gatehouse.StartAsync(answer: answer);
        await house.Watched.ConfigAsync("shop");
        await house.Watched.ReviseAsync("shop", 1, Watched.In(1, State.Up), Watched.In(10, State.Down, "shop-1"));
        house.Watched.Until = 100;
        return house;
    }

    private static int Notes(Gatehouse house) => house.Told.Count(told => told.Command is ControlCommand.NoteOutage);

    [Fact]
    public async Task Every_form_that_changes_something_has_a_key_of_its_own()
    {
        await using var house = await OpenAsync();
        var cookie = await house.CookieAsync(Role.Admin);
        var (keys, actions) = (new HashSet<string>(), new HashSet<string>());
        foreach (var page in (string[])["/", "/settings", "/outages/shop-1", "/components/shop", "/maintenance", "/incidents", "/settings"])
            foreach (var form in new HtmlParser().ParseDocument((await house.SendAsync(HttpMethod.Get, page, cookie: cookie)).Text).QuerySelectorAll("form[method=post]"))
            {
                actions.Add(form.GetAttribute("action")!);
                Assert.True(keys.Add(form.QuerySelector($"input[type=hidden][name={FormRoutes.KeyField}]")?.GetAttribute("value") ?? ""), $"{page}: {form.GetAttribute("action")}");
            }
        Assert.Empty(((string[])["/outages/shop-1/note", "/outages/shop-1/acknowledge", "/outages/shop-1/correct", "/components/shop/pause", "/maintenance/start", "/settings/users", "/settings/tokens", "/settings/password", "/settings/sessions", "/settings/reload", "/logout"]).Except(actions));
        Assert.DoesNotContain("", keys);
    }

    [Fact]
    public async Task The_second_time_does_nothing_and_leads_to_the_same_page()
    {
        await using var house = await OpenAsync();
        var cookie = await house.CookieAsync(Role.Responder);
        for (var i = 0; i < 3; i++)
        {
            var answer = await house.PostFormAsync("/outages/shop-1/note", cookie, ("note", "the certificate"), Key);
            Assert.Equal((HttpStatusCode.SeeOther, "/outages/shop-1#people"), (answer.Status, answer.Headers["Location"]));
        }
        Assert.Equal(1, Notes(house));
        // The page as it is made anew has another key; and who goes back and writes something else means something else.
        await house.PostFormAsync("/outages/shop-1/note", cookie, ("note", "the certificate"), (FormRoutes.KeyField, "k-2"));
        await house.PostFormAsync("/outages/shop-1/note", cookie, ("note", "the certificate of the proxy"), Key);
        Assert.Equal(3, Notes(house));
        // Nor has the key of one to do with that of another.
        await house.PostFormAsync("/outages/shop-1/note", await house.CookieAsync(Role.Admin), ("note", "the certificate"), Key);
        Assert.Equal(4, Notes(house));
    }

    [Fact]
    public async Task Who_logs_in_anew_by_a_double_click_has_a_session_whichever_answer_the_browser_takes()
    {
        await using var house = await OpenAsync();
        var cookie = await house.CookieAsync(Role.Viewer);
        // Who is logged in already has a key in the form, as in all others.
        foreach (var answer in await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => house.PostFormAsync("/login", cookie, ("handle", "viewer"), ("password", Gatehouse.Password), Key))))
        {
            Assert.Equal(HttpStatusCode.SeeOther, answer.Status);
            Assert.NotNull(answer.Cookie);
        }
    }

    [Fact]
    public async Task Sent_many_times_at_once_it_is_carried_out_once()
    {
        using var go = new ManualResetEventSlim();
        await using var house = await OpenAsync(command =>
        {
            if (command is ControlCommand.NoteOutage) go.Wait(Patience.Most);
            return new Told(ToldResult.Done, ["done"]);
        });
        var cookie = await house.CookieAsync(Role.Responder);
        var sending = Enumerable.Range(0, 8).Select(_ => house.PostFormAsync("/outages/shop-1/note", cookie, ("note", "x"), Key)).ToList();
        await Patience.UntilAsync("one of them is being carried out", () => Notes(house) > 0);
        go.Set();
        Assert.All(await Task.WhenAll(sending), answer => Assert.Equal("/outages/shop-1#people", answer.Headers["Location"]));
        Assert.Equal(1, Notes(house));
    }

    [Fact]
    public async Task The_browser_that_leaves_the_first_does_not_make_it_half_done_or_done_twice()
    {
        using var go = new ManualResetEventSlim();
        await using var house = await OpenAsync(command =>
        {
            if (command is ControlCommand.NoteOutage) go.Wait(Patience.Most);
            return new Told(ToldResult.Done, ["done"]);
        });
        var cookie = await house.CookieAsync(Role.Responder);
        var body = $"note=x&{FormRoutes.KeyField}=k-1&{Gate.FormField}={Secrets.Masked(Secrets.FormToken(cookie))}";
        using (var first = await house.Raw.ConnectAsync())
        {
            await first.SendAsync(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture,
                $"POST /outages/shop-1/note HTTP/1.1\r\nHost: {house.Address.Authority}\r\nOrigin: http://{house.Address.Authority}\r\nCookie: {SessionCookie.PlainName}={cookie}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {body.Length}\r\n\r\n{body}")));
            await Patience.UntilAsync("it is being carried out", () => Notes(house) > 0);
            first.LingerState = new System.Net.Sockets.LingerOption(true, 0);
        }
        var second = house.PostFormAsync("/outages/shop-1/note", cookie, ("note", "x"), Key);
        go.Set();
        Assert.Equal(HttpStatusCode.SeeOther, (await second).Status);
        Assert.Equal(1, Notes(house));
    }

    [Fact]
    public async Task It_is_not_done_again_after_a_restart()
    {
        await using var house = await OpenAsync();
        var cookie = await house.CookieAsync(Role.Responder);
        await house.PostFormAsync("/outages/shop-1/note", cookie, ("note", "x"), Key);
        await house.RestartAsync();
        Assert.Equal("/outages/shop-1#people", (await house.PostFormAsync("/outages/shop-1/note", cookie, ("note", "x"), Key)).Headers["Location"]);
        Assert.Equal(1, Notes(house));
    }

    [Fact]
    public async Task What_was_refused_may_be_tried_again()
    {
        var result = ToldResult.Refused;
        await using var house = await OpenAsync(_ => new Told(result, ["NIN4024: no such outage is open."]));
        var cookie = await house.CookieAsync(Role.Admin);
        Assert.Equal(HttpStatusCode.Conflict, (await house.PostFormAsync("/outages/shop-1/acknowledge", cookie, Key)).Status);
        result = ToldResult.Done;
        Assert.Equal(HttpStatusCode.SeeOther, (await house.PostFormAsync("/outages/shop-1/acknowledge", cookie, Key)).Status);
        // Nor is one that the page itself refused done.
        (string, string)[] user = [("act", "add"), ("handle", "zoe"), ("role", "viewer"), ("password", "short"), Key];
        Assert.Equal(HttpStatusCode.BadRequest, (await house.PostFormAsync("/settings/users", cookie, user)).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await house.PostFormAsync("/settings/users", cookie, user)).Status);
    }

    [Fact]
    public async Task A_token_is_made_once_and_its_text_is_not_kept()
    {
        await using var house = await OpenAsync();
        var cookie = await house.CookieAsync(Role.Admin);
        (string, string)[] form = [("name", "grafana"), ("scope", "read"), ("days", "1"), Key];
        Assert.Contains(TokenText.Beginning, (await house.PostFormAsync("/settings/tokens", cookie, form)).Text, StringComparison.Ordinal);
        // The browser shows the second answer: it leads to the token's row, and says that it can be revoked.
        var again = await house.PostFormAsync("/settings/tokens", cookie, form);
        var made = Assert.Single(house.Get<ApiTokens>().All, token => token.Name == "grafana");
        Assert.Equal((HttpStatusCode.SeeOther, $"/settings?made={made.Id}#token-{made.Id}"), (again.Status, again.Headers["Location"]));
        var page = (await house.SendAsync(HttpMethod.Get, $"/settings?made={made.Id}", cookie: cookie)).Text;
        Assert.Contains("If you have not seen it, revoke it and make another.", page, StringComparison.Ordinal);
        Assert.Contains($"<tr id=\"token-{made.Id}\" class=\"marked\">", page, StringComparison.Ordinal);
        Assert.DoesNotContain("sent twice", (await house.SendAsync(HttpMethod.Get, "/settings?made=nobody", cookie: cookie)).Text, StringComparison.Ordinal);
        Assert.DoesNotContain(TokenText.Beginning, await File.ReadAllTextAsync(Path.Combine(house.Folder, KeptAnswers.FileName)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_password_cannot_be_found_by_trying_from_what_is_kept_of_a_form_or_a_call()
    {
        await using var house = await OpenAsync();
        var cookie = await house.CookieAsync(Role.Admin);
        (string, string)[] form = [("act", "add"), ("handle", "zoe"), ("role", "viewer"), ("password", "correct horse battery"), Key];
        Assert.Equal("/settings?done=added", (await house.PostFormAsync("/settings/users", cookie, form)).Headers["Location"]);
        Assert.Equal("/settings?done=added", (await house.PostFormAsync("/settings/users", cookie, form)).Headers["Location"]);
        const string Body = """{"handle":"yan","role":"viewer","password":"correct horse battery"}""";
        var token = await house.TokenAsync(Role.Admin);
        for (var i = 0; i < 2; i++)
            await house.SendAsync(HttpMethod.Post, "/api/v1/users", new StringContent(Body, Encoding.UTF8, "application/json"), bearer: token, headers: ("Idempotency-Key", "k"));
        Assert.Single(house.Get<Users>().All, user => user.Handle == "yan");
        var kept = await File.ReadAllTextAsync(Path.Combine(house.Folder, KeptAnswers.FileName));
        Assert.DoesNotContain(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"addUser\n/api/v1/users\n\n{Body}"))), kept, StringComparison.Ordinal);
        Assert.DoesNotContain("correct horse", kept, StringComparison.Ordinal);
    }
}
