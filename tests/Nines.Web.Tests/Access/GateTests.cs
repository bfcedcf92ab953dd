using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using System.Text;
using System.Text.Json;
using Nines.Core.Control;
using Nines.Core.Facts;
using Nines.Testing;
using Nines.Web.Access;
using Nines.Web.Live;

namespace Nines.Web.Tests.Access;

public sealed class GateTests
{
    private static readonly (string, string) Browser = ("Accept", "text/html,application/xhtml+xml");

    [Fact]
    public async Task A_start_says_where_the_console_is_once_somebody_can_log_in()
    {
        await using var house = await Gatehouse.StartAsync();
        var said = new ConcurrentQueue<string>();
        var journal = new MemoryJournal();
        using var ledger = new LiveLedger(journal, null, () => null);
        await using var again = await Server.StartAsync(Server.Options() with { Console = new ConsoleOptions { Journal = journal, Ledger = ledger, DataFolder = house.Folder, Tell = (_, _, _) => Task.FromResult(new Told(ToldResult.Done, [])), Say = said.Enqueue, ShowSecret = _ => Assert.Fail("nothing secret is to be shown") } });
        Assert.Equal($"The console is at http://{again.Endpoint}/.", Assert.Single(said));
    }

    [Fact]
    public async Task A_mistyped_address_leads_a_person_to_the_overview_and_a_program_to_the_description()
    {
        await using var house = await Gatehouse.StartAsync();
        var page = await house.SendAsync(HttpMethod.Get, "/componets", headers: [Browser]);
        Assert.Equal(HttpStatusCode.NotFound, page.Status);
        Assert.Contains("href=\"/\">To the overview</a>", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("openapi.json", page.Text, StringComparison.Ordinal);
        Assert.Contains("/api/v1/openapi.json", (await house.SendAsync(HttpMethod.Get, "/api/v1/componets")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task From_the_set_up_link_to_a_token_that_a_program_uses()
    {
        await using var house = await Gatehouse.StartAsync(users: false);
        var link = new Uri(Assert.Single(house.Shown).Split(' ')[^1]);
        Assert.Equal(house.Address.Authority, link.Authority);
        Assert.True((await house.SendAsync(HttpMethod.Get, "/", headers: [Browser])).IsToLogIn);
        var page = await house.SendAsync(HttpMethod.Get, link.PathAndQuery, headers: [Browser]);
        Assert.Equal(HttpStatusCode.OK, page.Status);
        var secret = link.Query[7..];

        var mistyped = await house.PostFormAsync("/setup", null, ("token", secret), ("handle", "ada"), ("password", Desk.Password), ("again", Desk.Other));
        Assert.Equal(HttpStatusCode.BadRequest, mistyped.Status);
        Assert.DoesNotContain(Desk.Password, mistyped.Text, StringComparison.Ordinal);
        var made = await house.PostFormAsync("/setup", null, ("token", secret), ("handle", "ada"), ("password", Desk.Password), ("again", Desk.Password));
        Assert.Equal((HttpStatusCode.SeeOther, "/settings"), (made.Status, made.Headers["Location"]));
        Assert.Equal(HttpStatusCode.Forbidden, (await house.SendAsync(HttpMethod.Get, link.PathAndQuery, headers: [Browser])).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await house.PostFormAsync("/setup", null, ("token", secret), ("handle", "eve"), ("password", Desk.Password), ("again", Desk.Password))).Status);

        var token = await house.PostFormAsync("/settings/tokens", made.Cookie, ("name", "grafana"), ("scope", "read"), ("days", "30"));
        var text = token.Text[token.Text.IndexOf("nines_", token.Text.IndexOf("new-token", StringComparison.Ordinal), StringComparison.Ordinal)..][..55];
        Assert.True(TokenText.IsWellFormed(text), text);
        var me = await house.SendAsync(HttpMethod.Get, "/api/v1/me", bearer: text);
        Assert.Equal(("ada", "viewer", "token"), (JsonDocument.Parse(me.Text).RootElement.GetProperty("handle").GetString(), JsonDocument.Parse(me.Text).RootElement.GetProperty("role").GetString(), JsonDocument.Parse(me.Text).RootElement.GetProperty("proof").GetString()));
        Assert.DoesNotContain(text, (await house.SendAsync(HttpMethod.Get, "/settings", cookie: made.Cookie)).Text, StringComparison.Ordinal);

        // What changed went to the watch, and names no secret.
        using var limit = new CancellationTokenSource(Patience.Most);
        while (house.Told.Count < 2) await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, limit.Token);
        var facts = house.Told.Select(told => ((ControlCommand.RecordAccess)told.Command).Fact).ToList();
        Assert.Equal([AccessChange.SetUp, AccessChange.TokenCreated], facts.Select(fact => fact.What));
        Assert.All(facts, fact => Assert.Equal("ada", fact.By));
        Assert.All(facts, fact => Assert.DoesNotContain("nines_", Encoding.UTF8.GetString(FactJson.Write(fact)), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_browser_is_taken_to_the_log_in_and_back_and_a_program_is_told()
    {
        await using var house = await Gatehouse.StartAsync();
        var sent = await house.SendAsync(HttpMethod.Get, "/settings?x=1", headers: [Browser]);
        Assert.Equal((HttpStatusCode.SeeOther, "/login?next=%2Fsettings%3Fx%3D1"), (sent.Status, sent.Headers["Location"]));
        var part = await house.SendAsync(HttpMethod.Get, "/settings", headers: [Browser, ("HX-Request", "true"), ("HX-Current-URL", "http://evil.example.net/settings?y=2")]);
        Assert.Equal((HttpStatusCode.Unauthorized, "/login?next=%2Fsettings%3Fy%3D2"), (part.Status, part.Headers["HX-Redirect"]));
        var program = await house.SendAsync(HttpMethod.Get, "/api/v1/watch", headers: [Browser]);
        Assert.Equal((HttpStatusCode.Unauthorized, "NIN4340", "Bearer"), (program.Status, program.Code, program.Headers["WWW-Authenticate"]));
        var back = await house.PostFormAsync("/login", null, ("handle", "viewer"), ("password", Desk.Password), ("next", "/settings?x=1"));
        Assert.Equal((HttpStatusCode.SeeOther, "/settings?x=1"), (back.Status, back.Headers["Location"]));
        Assert.Equal(HttpStatusCode.OK, (await house.SendAsync(HttpMethod.Get, "/settings?x=1", cookie: back.Cookie)).Status);
    }

    [Theory]
    [InlineData("//evil.example.net")]
    [InlineData("/\\evil.example.net")]
    [InlineData("https://evil.example.net/")]
    [InlineData("/%0d%0aSet-Cookie: a=b")]
    public async Task Nobody_is_sent_elsewhere_by_the_log_in(string next)
    {
        await using var house = await Gatehouse.StartAsync();
        var answer = await house.PostFormAsync("/login", null, ("handle", "viewer"), ("password", Desk.Password), ("next", next));
        Assert.Equal(HttpStatusCode.SeeOther, answer.Status);
        Assert.True(new Uri(house.Address, answer.Headers["Location"]).Authority == house.Address.Authority, answer.Headers["Location"]);
        Assert.DoesNotContain("evil", (await house.SendAsync(HttpMethod.Get, $"/login?next={Uri.EscapeDataString(next.Replace("%0d%0a", "\r\n", StringComparison.Ordinal))}")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_cookie_is_for_this_host_and_no_script()
    {
        await using var house = await Gatehouse.StartAsync();
        var plain = (await house.PostFormAsync("/login", null, ("handle", "viewer"), ("password", Desk.Password))).Headers["Set-Cookie"];
        Assert.Matches("^nines_session=[A-Za-z0-9_-]{43}; path=/; samesite=lax; httponly$", plain);
        house.Settings = new AccessSettings { Url = new Uri("https://nines.example.com") };
        var answer = await house.SendAsync(HttpMethod.Post, "/login", new FormUrlEncodedContent([KeyValuePair.Create("handle", "viewer"), KeyValuePair.Create("password", Desk.Password)]), headers: [("Origin", "https://nines.example.com")]);
        Assert.Matches("^__Host-nines_session=[A-Za-z0-9_-]{43}; path=/; secure; samesite=lax; httponly$", answer.Headers["Set-Cookie"]);
        Assert.Equal("max-age=31536000", answer.Headers["Strict-Transport-Security"]);
    }

    [Fact]
    public async Task A_planted_session_is_not_the_one_after_the_log_in_and_ends()
    {
        await using var house = await Gatehouse.StartAsync();
        var planted = await house.CookieAsync(Role.Viewer);
        var answer = await house.PostFormAsync("/login", planted, ("handle", "admin"), ("password", Desk.Password));
        Assert.NotEqual(planted, answer.Cookie);
        Assert.True((await house.SendAsync(HttpMethod.Get, "/", cookie: planted, headers: [Browser])).IsToLogIn);
        Assert.Equal(HttpStatusCode.OK, (await house.SendAsync(HttpMethod.Get, "/", cookie: answer.Cookie)).Status);
        await house.PostFormAsync("/logout", answer.Cookie);
        Assert.True((await house.SendAsync(HttpMethod.Get, "/", cookie: answer.Cookie, headers: [Browser])).IsToLogIn);
    }

    [Fact]
    public async Task A_new_password_takes_the_one_before_and_leaves_only_this_browser_logged_in()
    {
        await using var house = await Gatehouse.StartAsync();
        var (one, other) = (await house.CookieAsync(Role.Viewer), await house.CookieAsync(Role.Viewer));
        Assert.Equal(HttpStatusCode.BadRequest, (await house.PostFormAsync("/settings/password", one, ("old", Desk.Other), ("new", Desk.Other), ("again", Desk.Other))).Status);
        var changed = await house.PostFormAsync("/settings/password", one, ("old", Desk.Password), ("new", Desk.Other), ("again", Desk.Other));
        Assert.Equal(HttpStatusCode.SeeOther, changed.Status);
        Assert.NotEqual(one, changed.Cookie);
        Assert.Equal(HttpStatusCode.OK, (await house.SendAsync(HttpMethod.Get, "/", cookie: changed.Cookie)).Status);
        foreach (var ended in (string[])[one, other]) Assert.True((await house.SendAsync(HttpMethod.Get, "/", cookie: ended, headers: [Browser])).IsToLogIn);
    }

    [Fact]
    public async Task Too_many_wrong_passwords_are_told_when_to_come_back()
    {
        await using var house = await Gatehouse.StartAsync();
        Gatehouse.Answer? last = null;
        for (var n = 0; n < 8; n++) last = await house.PostFormAsync("/login", null, ("handle", "viewer"), ("password", Desk.Other));
        Assert.Equal(HttpStatusCode.TooManyRequests, last!.Status);
        Assert.InRange(int.Parse(last.Headers["Retry-After"], System.Globalization.CultureInfo.InvariantCulture), 1, 10);
        Assert.DoesNotContain(Desk.Other, last.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nines_0000000000000000000000000000000000000000000000000")]
    [InlineData("a.b.c")]
    [InlineData("")]
    [InlineData("x")]
    public async Task A_bearer_that_is_not_valid_is_refused_even_where_anybody_may_look(string bearer)
    {
        await using var house = await Gatehouse.StartAsync(new AccessSettings { Anonymous = Role.Viewer });
        var cookie = await house.CookieAsync(Role.Admin);
        var answer = await house.SendAsync(HttpMethod.Get, "/api/v1/watch", cookie: cookie, headers: [("Authorization", $"Bearer {bearer}")]);
        Assert.Equal((HttpStatusCode.Unauthorized, AccessErrors.BadToken), (answer.Status, answer.Code));
        Assert.Contains("invalid_token", answer.Headers["WWW-Authenticate"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_of_the_identity_provider_is_a_caller_like_any_other()
    {
        using var provider = new Provider();
        var now = DateTimeOffset.FromUnixTimeSeconds(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds());
        var jwt = new JwtSettings(Provider.Issuer, Provider.Audience, provider.File) { Roles = ImmutableSortedDictionary<string, Role>.Empty.Add("oncall", Role.Responder) };
        await using var house = await Gatehouse.StartAsync(new AccessSettings { Jwt = jwt });
        var claims = Provider.Claims("exp", now.AddMinutes(5).ToUnixTimeSeconds());
        var me = await house.SendAsync(HttpMethod.Get, "/api/v1/me", bearer: Provider.Token(claims));
        Assert.Equal((HttpStatusCode.OK, "responder", "jwt"), (me.Status, JsonDocument.Parse(me.Text).RootElement.GetProperty("role").GetString(), JsonDocument.Parse(me.Text).RootElement.GetProperty("proof").GetString()));
        Assert.Equal("NIN4341", (await house.SendAsync(HttpMethod.Get, "/api/v1/users", bearer: Provider.Token(claims))).Code);
        Assert.Equal(HttpStatusCode.Unauthorized, (await house.SendAsync(HttpMethod.Get, "/api/v1/me", bearer: Provider.Token())).Status); // it expired long ago
        house.Settings = house.Settings with { Jwt = jwt with { Audience = "other" } };
        Assert.Equal(HttpStatusCode.Unauthorized, (await house.SendAsync(HttpMethod.Get, "/api/v1/me", bearer: Provider.Token(claims))).Status);
    }

    [Fact]
    public async Task A_token_that_may_only_read_makes_no_tokens()
    {
        await using var house = await Gatehouse.StartAsync();
        using var body = new StringContent("""{"name":"more","scope":"read"}""", Encoding.UTF8, "application/json");
        Assert.Equal(AccessErrors.NotAllowed, (await house.SendAsync(HttpMethod.Post, "/api/v1/tokens", body, bearer: await house.TokenAsync(Role.Viewer))).Code);
        using var again = new StringContent("""{"name":"more","scope":"read","valid_for_s":3600}""", Encoding.UTF8, "application/json");
        var made = await house.SendAsync(HttpMethod.Post, "/api/v1/tokens", again, bearer: await house.TokenAsync(Role.Admin));
        Assert.Equal(HttpStatusCode.OK, made.Status);
        Assert.True(TokenText.IsWellFormed(JsonDocument.Parse(made.Text).RootElement.GetProperty("token").GetString()));
    }

    [Fact]
    public async Task An_admin_changes_users_by_the_page_and_is_told_what_cannot_be()
    {
        await using var house = await Gatehouse.StartAsync();
        var cookie = await house.CookieAsync(Role.Admin);
        Assert.Equal("/settings?done=added", (await house.PostFormAsync("/settings/users", cookie, ("act", "add"), ("handle", "bob"), ("role", "responder"), ("password", Desk.Other), ("name", "Bob <b>"))).Headers["Location"]);
        Assert.Contains("Bob &lt;b&gt;", (await house.SendAsync(HttpMethod.Get, "/settings?done=added", cookie: cookie)).Text, StringComparison.Ordinal);
        var last = await house.PostFormAsync("/settings/users", cookie, ("act", "disable"), ("handle", "admin"));
        Assert.Equal(HttpStatusCode.Conflict, last.Status);
        Assert.Contains("last admin", last.Text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, (await house.PostFormAsync("/settings/users", cookie, ("act", "delete"), ("handle", "bob"))).Status);
        Assert.Equal(HttpStatusCode.SeeOther, (await house.PostFormAsync("/settings/users", cookie, ("act", "delete"), ("handle", "bob"), ("sure", "yes"))).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await house.PostFormAsync("/settings/users", cookie, ("act", "role"), ("handle", "bob"), ("role", "viewer"))).Status);
    }

    [Fact]
    public async Task The_config_is_shown_to_admins_alone_and_a_reload_tells_its_result()
    {
        await using var house = await Gatehouse.StartAsync(answer: command => command is ControlCommand.Reload ? new Told(ToldResult.Wrong, ["NIN4026: the config has mistakes; the one before stays in effect.", "nines.yaml:3:1 …"]) : new Told(ToldResult.Done, ["done"]));
        var (admin, viewer) = (await house.CookieAsync(Role.Admin), await house.CookieAsync(Role.Viewer));
        Assert.Contains("&lt;script&gt;", (await house.SendAsync(HttpMethod.Get, "/settings", cookie: admin)).Text, StringComparison.Ordinal);
        Assert.DoesNotContain("9464", (await house.SendAsync(HttpMethod.Get, "/settings", cookie: viewer)).Text, StringComparison.Ordinal);
        var told = await house.PostFormAsync("/settings/reload", admin);
        Assert.Equal(HttpStatusCode.Conflict, told.Status);
        Assert.Contains("NIN4026", told.Text, StringComparison.Ordinal);
        Assert.Contains(house.Told, one => one is { Command: ControlCommand.Reload, By: "admin" });
    }

    [Fact]
    public async Task A_stream_ends_when_who_listens_may_not_any_more()
    {
        var time = new ManualTimeProvider();
        await using var house = await Gatehouse.StartAsync(time: time);
        var token = await house.TokenAsync(Role.Viewer);
        using var client = new HttpClient();
        client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        await using var stream = await client.GetStreamAsync(new Uri(house.Address, "/api/v1/events"));
        await house.Get<Users>().SetDisabledAsync("viewer", true, "admin", default);
        using var limit = new CancellationTokenSource(Patience.Most);
        var buffer = new byte[4096];
        var reading = Task.Run(async () =>
        {
            while (await stream.ReadAsync(buffer, limit.Token) > 0) { }
        });
        while (!reading.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(reading, Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, limit.Token));
        }
        await Assert.ThrowsAnyAsync<IOException>(() => reading); // cut off, and not ended as if it were whole
    }

    [Fact]
    public async Task A_damaged_file_lets_nobody_in_and_is_told_to_whoever_runs_the_watch()
    {
        await using var house = await Gatehouse.StartAsync();
        var cookie = await house.CookieAsync(Role.Admin);
        using var limit = new CancellationTokenSource(Patience.Most);
        while (!house.Get<AccessStore>().Read().Unrecorded.IsEmpty) await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, limit.Token); // nobody writes any more
        await File.WriteAllTextAsync(Path.Combine(house.Folder, AccessStore.FileName), "{");
        for (var n = 0; n < 3; n++)
        {
            var answer = await house.SendAsync(HttpMethod.Get, "/", cookie: cookie);
            Assert.Equal((HttpStatusCode.ServiceUnavailable, AccessErrors.Damaged), (answer.Status, answer.Code));
            Assert.DoesNotContain(house.Folder, answer.Text, StringComparison.Ordinal);
        }
        Assert.Contains(house.Folder, Assert.Single(house.Said), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await house.SendAsync(HttpMethod.Get, "/healthz")).Status);
    }
}
