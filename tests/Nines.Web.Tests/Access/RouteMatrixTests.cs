using System.Net;
using System.Text;
using Nines.Core.Control;
using Nines.Web.Access;

namespace Nines.Web.Tests.Access;

/// <summary>Every route of the running server, with every role. A route that stands in no table here fails: state who may use it.</summary>
public sealed class RouteMatrixTests
{
    /// <summary>Method, path, and the least role; <c>machines</c> for those that no browser comes to.</summary>
    private const string Expected = """
        GET /heartbeat/{token} machines
        POST /heartbeat/{token} machines
        PUT /heartbeat/{token} machines
        POST /alerts/{token} machines
        POST /alerts/{token}/api/v2/alerts machines
        GET /healthz machines
        GET /readyz machines
        GET /metrics machines
        GET /assets/{name} none
        GET /login none
        POST /login none
        POST /logout none
        GET /setup none
        POST /setup none
        GET / viewer
        GET /settings viewer
        POST /settings/password viewer
        POST /settings/sessions viewer
        POST /settings/tokens viewer
        POST /settings/users admin
        POST /settings/reload admin
        GET /api/v1/watch viewer
        GET /api/v1/config admin
        POST /api/v1/probes/look viewer
        POST /api/v1/reload admin
        POST /api/v1/pause responder
        POST /api/v1/resume responder
        GET /api/v1/overview viewer
        GET /api/v1/components/{id} viewer
        GET /api/v1/components/{id}/timeline viewer
        GET /api/v1/components/{id}/availability viewer
        GET /api/v1/components/{id}/signals viewer
        GET /api/v1/components/{id}/series viewer
        GET /api/v1/components/{id}/looks viewer
        POST /api/v1/components/{id}/looks responder
        GET /components/{id} viewer
        POST /components/{id}/look responder
        POST /components/{id}/pause responder
        POST /components/{id}/resume responder
        GET /api/v1/components viewer
        GET /api/v1/openapi.json viewer
        GET /api/v1/policies viewer
        GET /api/v1/availability viewer
        GET /api/v1/objectives viewer
        GET /api/v1/objectives/{name} viewer
        GET /api/v1/price/now viewer
        GET /api/v1/price viewer
        GET /api/v1/components/{id}/export viewer
        GET /api/v1/reports/period viewer
        GET /api/v1/outages/{id}/report viewer
        GET /api/v1/outages viewer
        GET /api/v1/outages/{id} viewer
        POST /api/v1/outages/{id}/acknowledgement responder
        POST /api/v1/outages/{id}/notes responder
        POST /api/v1/outages/{id}/cause responder
        POST /api/v1/outages/{id}/corrections responder
        GET /outages viewer
        GET /outages/{id} viewer
        POST /outages/{id}/acknowledge responder
        POST /outages/{id}/note responder
        POST /outages/{id}/correct responder
        POST /outages/{id}/correct-time responder
        GET /api/v1/incidents viewer
        POST /api/v1/incidents responder
        POST /api/v1/incidents/{id}/updates responder
        GET /incidents viewer
        POST /incidents/post responder
        POST /incidents/update responder
        GET /api/v1/maintenance viewer
        GET /api/v1/maintenance/best viewer
        POST /api/v1/maintenance responder
        POST /api/v1/maintenance/{window}/end responder
        GET /api/v1/map viewer
        GET /api/v1/journal viewer
        GET /api/v1/journal/{position} viewer
        GET /maintenance viewer
        POST /maintenance/start responder
        POST /maintenance/end responder
        GET /map viewer
        GET /journal viewer
        GET /journal/{position} viewer
        GET /api/v1/events viewer
        GET /api/v1/me viewer
        GET /api/v1/users admin
        POST /api/v1/users admin
        PATCH /api/v1/users/{handle} admin
        PUT /api/v1/users/{handle}/password admin
        DELETE /api/v1/users/{handle} admin
        GET /api/v1/tokens viewer
        POST /api/v1/tokens viewer
        DELETE /api/v1/tokens/{id} viewer
        """;

    private static IEnumerable<string[]> Table => Expected.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' '));

    private static readonly Dictionary<string, Role> ByWord = new() { ["none"] = Role.None, ["viewer"] = Role.Viewer, ["responder"] = Role.Responder, ["admin"] = Role.Admin };

    private static IEnumerable<(HttpMethod Method, string Path, Role Role)> ForPeople => Table.Where(row => row[2] != "machines").Select(row => (new HttpMethod(row[0]), row[1], ByWord[row[2]]));

    private static HttpContent? BodyFor(HttpMethod method, string path) =>
        method == HttpMethod.Get ? null : path.StartsWith("/api", StringComparison.Ordinal) ? new StringContent("{}", Encoding.UTF8, "application/json") : new FormUrlEncodedContent([]);

    [Fact]
    public async Task Every_route_says_who_may_use_it_and_is_expected_here()
    {
        await using var house = await Gatehouse.StartAsync(users: false);
        var real = house.Routes().Select(route => $"{route.Method} {route.Path} {(route.Endpoint.Metadata.GetMetadata<ForMachines>() is not null ? "machines" : route.Endpoint.Metadata.GetMetadata<RoleNeeded>() is { } needed ? RoleWords.Of(needed.Role) : "NOBODY")}").ToList();
        var stated = Table.Select(row => string.Join(' ', row)).ToList();
        Assert.True(real.Except(stated).ToList() is [], $"Routes that this table does not have; add them: {string.Join(" | ", real.Except(stated))}");
        Assert.True(stated.Except(real).ToList() is [], $"Routes that are gone: {string.Join(" | ", stated.Except(real))}");
    }

    [Fact]
    public async Task Every_route_lets_in_its_role_and_those_above_and_nobody_else()
    {
        await using var house = await Gatehouse.StartAsync();
        var bearers = new List<(Role Role, string? Token)> { (Role.None, null) };
        foreach (var role in Gatehouse.Roles) bearers.Add((role, await house.TokenAsync(role)));
        foreach (var (method, path, least) in ForPeople)
            foreach (var (role, token) in bearers)
            {
                var answer = await house.SendAsync(method, Gatehouse.Filled(path), BodyFor(method, path), bearer: token);
                Assert.True(answer.IsRefused == role < least, $"{method} {path} as {role}: {(int)answer.Status} {answer.Code}");
                Assert.True((int)answer.Status < 500, $"{method} {path} as {role}: {(int)answer.Status} {answer.Text}");
            }
        Assert.Empty(house.Said);
    }

    [Fact]
    public async Task By_a_session_too()
    {
        await using var house = await Gatehouse.StartAsync();
        foreach (var role in Gatehouse.Roles)
            foreach (var (method, path, least) in ForPeople)
            {
                var cookie = await house.CookieAsync(role); // anew: some of these routes end it
                var answer = await house.SendAsync(method, Gatehouse.Filled(path), BodyFor(method, path), cookie: cookie,
                    headers: [("Origin", house.Address.GetLeftPart(UriPartial.Authority)), (Gate.FormHeader, Secrets.Masked(Secrets.FormToken(cookie)))]);
                Assert.True(answer.IsRefused == role < least, $"{method} {path} as {role}: {(int)answer.Status} {answer.Code}");
            }
    }

    [Fact]
    public async Task Who_may_look_without_logging_in_may_do_nothing_else()
    {
        await using var house = await Gatehouse.StartAsync(new AccessSettings { Anonymous = Role.Viewer });
        foreach (var (method, path, least) in ForPeople)
        {
            var answer = await house.SendAsync(method, Gatehouse.Filled(path), BodyFor(method, path));
            Assert.True(answer.IsRefused == least > Role.Viewer, $"{method} {path}: {(int)answer.Status} {answer.Code}");
            if (method != HttpMethod.Get && least == Role.Viewer) Assert.True(answer.Status is HttpStatusCode.Forbidden or HttpStatusCode.BadRequest, $"{method} {path}: {(int)answer.Status}");
        }
        Assert.DoesNotContain(house.Told, told => told.Command is not ControlCommand.RecordAccess { Fact.By: "root" });
    }

    [Fact]
    public async Task A_request_with_a_session_and_without_the_form_s_token_or_from_a_strange_page_does_nothing()
    {
        await using var house = await Gatehouse.StartAsync();
        var cookie = await house.CookieAsync(Role.Admin);
        var (token, foreign, own) = (Secrets.Masked(Secrets.FormToken(cookie)), Secrets.Masked(Secrets.FormToken(await house.CookieAsync(Role.Admin))), house.Address.GetLeftPart(UriPartial.Authority));
        (string, string)[][] wrong =
        [
            [("Origin", own)],
            [("Origin", own), (Gate.FormHeader, foreign)],
            [("Origin", own), (Gate.FormHeader, "")],
            [(Gate.FormHeader, token)],
            [("Origin", "https://evil.example.net"), (Gate.FormHeader, token)],
            [("Origin", "null"), (Gate.FormHeader, token)],
            [("Origin", own), ("Sec-Fetch-Site", "cross-site"), (Gate.FormHeader, token)],
            [("Sec-Fetch-Site", "same-site"), (Gate.FormHeader, token)],
        ];
        foreach (var (method, path, _) in ForPeople.Where(route => route.Method != HttpMethod.Get))
            foreach (var headers in wrong)
            {
                var answer = await house.SendAsync(method, Gatehouse.Filled(path), BodyFor(method, path), cookie: cookie, headers: headers);
                Assert.True(answer is { Status: HttpStatusCode.Forbidden, Code: AccessErrors.ForeignOrigin }, $"{method} {path} {string.Join(' ', headers)}: {(int)answer.Status} {answer.Code}");
            }
        Assert.NotNull(await house.Get<Sessions>().FindAsync(cookie, default));
    }

    [Fact]
    public async Task A_megabyte_is_refused_by_every_route_that_takes_something()
    {
        await using var house = await Gatehouse.StartAsync();
        var token = await house.TokenAsync(Role.Admin);
        var text = new string('a', 1 << 20);
        HttpContent[] Bodies() =>
        [
            new StringContent($"{{\"handle\":\"{text}\"}}", Encoding.UTF8, "application/json"),
            new StringContent($"handle={text}&password={text}&name={text}&{Gate.FormField}={text}", Encoding.UTF8, "application/x-www-form-urlencoded"),
            new ByteArrayContent(Encoding.ASCII.GetBytes(text)),
        ];
        var compared = house.Get<Passwords>().Compared;
        foreach (var (method, path, _) in ForPeople.Where(route => route.Method != HttpMethod.Get))
            foreach (var body in Bodies())
                foreach (var bearer in (string?[])[token, null])
                {
                    var answer = await house.SendAsync(method, Gatehouse.Filled(path), body, bearer: bearer);
                    Assert.True((int)answer.Status is 400 or 401 or 403 or 413 or 415, $"{method} {path} {body.Headers.ContentType}: {(int)answer.Status} {answer.Code}");
                }
        Assert.Equal(compared, house.Get<Passwords>().Compared);
        Assert.DoesNotContain(house.Told, told => told.Command is not ControlCommand.RecordAccess { Fact.By: "root" });
        Assert.Empty(house.Said);
    }

    [Theory]
    [InlineData("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"handle\"\r\n\r\nada")]
    [InlineData("multipart/form-data; boundary=x", "nothing of the kind")]
    [InlineData("multipart/form-data", "abc")]
    [InlineData("application/x-www-form-urlencoded; charset=utf-7", "handle=ada")]
    [InlineData("application/x-www-form-urlencoded; charset=\"utf-32\"", "handle=ada")]
    [InlineData("application/x-www-form-urlencoded", "handle=ada")]
    public async Task A_form_that_is_broken_or_cut_off_is_no_defect_of_ours(string type, string body)
    {
        await using var house = await Gatehouse.StartAsync();
        foreach (var path in (string[])["/login", "/settings/users"])
        {
            var head = $"POST {path} HTTP/1.1\r\nHost: localhost\r\nCookie: {SessionCookie.PlainName}={await house.CookieAsync(Role.Admin)}\r\nOrigin: http://localhost\r\nContent-Type: {type}\r\nContent-Length: ";
            Assert.Matches("^HTTP/1.1 4(15|01|03) ", await house.Raw.RawAsync($"{head}{body.Length}\r\nConnection: close\r\n\r\n{body}"));
            using var socket = await house.Raw.ConnectAsync();
            await socket.SendAsync(Encoding.ASCII.GetBytes($"{head}{body.Length + 100}\r\n\r\n{body}"));
            socket.LingerState = new System.Net.Sockets.LingerOption(true, 0); // its end is a reset
        }
        await house.DisposeServerAsync(); // what is under way ends first
        Assert.Empty(house.Said);
    }

    [Fact]
    public async Task Nothing_of_a_request_becomes_a_header_of_the_answer()
    {
        await using var house = await Gatehouse.StartAsync();
        var token = await house.TokenAsync(Role.Admin);
        const string Break = "%0d%0aX-Injected:%20yes";
        foreach (var (method, path, _) in ForPeople)
        {
            var content = method == HttpMethod.Get ? null
                : path.StartsWith("/api", StringComparison.Ordinal) ? new StringContent("""{"name":"a\r\nX-Injected: yes","handle":"a\r\nX-Injected: yes","scope":"read"}""", Encoding.UTF8, "application/json")
                : (HttpContent)new StringContent($"handle=a{Break}&password=b{Break}&next=/{Break}&name=c{Break}&id=d{Break}&revoke=e{Break}&scope=read&act=add&token=f{Break}", Encoding.UTF8, "application/x-www-form-urlencoded");
            foreach (var (asked, accept) in ((string, string)[])[($"{Gatehouse.Filled(path, "a" + Break)}?next=/{Break}&token={Break}&done={Break}", "text/html"), ($"{Gatehouse.Filled(path)}?cursor={Break}", "*/*")])
                foreach (var bearer in (string?[])[token, null])
                {
                    var answer = await house.SendAsync(method, asked, content is null ? null : new ByteArrayContent(await content.ReadAsByteArrayAsync()) { Headers = { ContentType = content.Headers.ContentType } }, bearer: bearer, headers: [("Accept", accept)]);
                    Assert.False(answer.Headers.ContainsKey("X-Injected"), $"{method} {asked}");
                    Assert.True((int)answer.Status < 500, $"{method} {asked}: {(int)answer.Status}");
                }
        }
        Assert.Empty(house.Said);
    }

    [Fact]
    public async Task Every_answer_tells_browsers_what_not_to_do_with_it()
    {
        await using var house = await Gatehouse.StartAsync();
        var token = await house.TokenAsync(Role.Admin);
        foreach (var (method, path, _) in ForPeople.Where(route => route.Method == HttpMethod.Get))
            foreach (var bearer in (string?[])[token, null])
            {
                var answer = await house.SendAsync(method, Gatehouse.Filled(path), bearer: bearer);
                var where = $"{path}: {string.Join(' ', answer.Headers)}";
                Assert.True(answer.Headers["Content-Security-Policy"].StartsWith("default-src 'none'", StringComparison.Ordinal), where);
                Assert.True(answer.Headers["Content-Security-Policy"].Contains("frame-ancestors 'none'", StringComparison.Ordinal), where);
                Assert.True(answer.Headers["X-Content-Type-Options"] == "nosniff" && answer.Headers["Referrer-Policy"] == "same-origin" && answer.Headers["Cross-Origin-Opener-Policy"] == "same-origin" && answer.Headers["Cross-Origin-Resource-Policy"] == "same-origin", where);
                Assert.False(answer.Headers.ContainsKey("Strict-Transport-Security"), where);
                if (!path.StartsWith("/assets", StringComparison.Ordinal)) Assert.True(answer.Headers["Cache-Control"].Contains("no-store", StringComparison.Ordinal) || answer.Headers["Cache-Control"].Contains("private", StringComparison.Ordinal), where);
            }
    }

    [Fact]
    public async Task Who_comes_by_a_strange_name_gets_nothing_and_machines_go_on()
    {
        await using var house = await Gatehouse.StartAsync(new AccessSettings { Anonymous = Role.Viewer });
        foreach (var (method, path, _) in ForPeople)
        {
            var answer = await house.SendAsync(method, Gatehouse.Filled(path), BodyFor(method, path), headers: [("Host", "evil.example.net")]);
            Assert.True(answer.Status == HttpStatusCode.MisdirectedRequest, $"{method} {path}: {(int)answer.Status}");
        }
        Assert.Equal(HttpStatusCode.OK, (await house.SendAsync(HttpMethod.Get, "/healthz", headers: [("Host", "nines.monitoring.svc")])).Status);
        house.Settings = house.Settings with { Hosts = ["console.internal"] };
        Assert.Equal(HttpStatusCode.OK, (await house.SendAsync(HttpMethod.Get, "/", headers: [("Host", "console.internal:8080")])).Status);
    }
}
