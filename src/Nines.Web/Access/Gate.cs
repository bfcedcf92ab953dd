using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;
using Nines.Web.Api.Routing;

namespace Nines.Web.Access;

/// <summary>
/// Stands before every route: finds out who asks, whether the route is for him, and whether he himself asks or a strange page in his browser.
/// A route that states nothing is for nobody.
/// </summary>
internal sealed class Gate(Func<AccessSettings> settings, Identification identification, TimeProvider time, Action<string> say)
{
    public const string FormField = "form_token", FormHeader = "X-Form-Token";

    /// <summary>Bodies that people and programs send us; a route that needs more says so by its own metadata.</summary>
    private const int MostBodyBytes = 256 << 10;

    private static readonly TimeSpan AskedAgainEvery = TimeSpan.FromSeconds(10);

    private static readonly FormOptions Forms = new() { ValueLengthLimit = 64 << 10, KeyLengthLimit = 256, ValueCountLimit = 1_100, BufferBodyLengthLimit = MostBodyBytes };

    private string? saidLast;

    public async Task PassAsync(HttpContext context, RequestDelegate next)
    {
        var now = settings();
        context.Items[typeof(Caller)] = Caller.Anonymous(Role.None);
        // What no route answers (404, 405) is the same for everybody; what machines report is known by the secret in its own path.
        if (context.GetEndpoint() is not RouteEndpoint endpoint || endpoint.Metadata.GetMetadata<ForMachines>() is not null)
        {
            await next(context);
            return;
        }
        SetHeaders(context.Response, now);
        if (!RequestSource.IsOurName(context.Request.Host, now))
            throw AccessProblems.UnknownHost();
        try
        {
            await PassAsync(context, next, endpoint, now);
        }
        catch (AccessException broken)
        {
            // Where the file lies is for whoever runs the watch, not for whoever asks it.
            if (broken.Code is AccessErrors.Damaged or AccessErrors.Storage && Interlocked.Exchange(ref saidLast, broken.Message) != broken.Message) say($"{broken.Code}: {broken.Message}");
            throw AccessProblems.Of(broken);
        }
        catch (TooOftenException often)
        {
            throw AccessProblems.TooOften(often.After);
        }
    }

    private async Task PassAsync(HttpContext context, RequestDelegate next, Endpoint endpoint, AccessSettings now)
    {
        if (await identification.FindAsync(context, RequestSource.IsAct(context.Request), context.RequestAborted) is not { } who)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer error=\"invalid_token\"";
            throw AccessProblems.BadToken();
        }
        context.Items[typeof(Caller)] = who.Caller;
        context.Items[typeof(Identified)] = who;
        var needed = endpoint.Metadata.GetMetadata<RoleNeeded>();
        if (needed is null || !who.Caller.May(needed.Role))
        {
            Refuse(context, who.Caller);
            return;
        }
        if (!IsSafe(context.Request.Method)) await RequireMeantAsync(context, who, endpoint, now);
        if (needed.Role == Role.None || !IsSafe(context.Request.Method)) await next(context);
        else await FollowAsync(context, next, who.Caller.Role);
    }

    /// <summary>A browser is taken to the log-in page, and from there back; a program is told what it lacks.</summary>
    private static void Refuse(HttpContext context, Caller caller)
    {
        if (caller.Proof != Proof.None) throw ApiProblems.Of(StatusCodes.Status403Forbidden);
        if (context.Request.Headers.ContainsKey("HX-Request"))
        {
            var page = Uri.TryCreate(context.Request.Headers["HX-Current-URL"], UriKind.Absolute, out var current) ? current.PathAndQuery : "/";
            context.Response.Headers["HX-Redirect"] = LogInAddress(page);
        }
        else if (IsSafe(context.Request.Method) && !ProblemAnswers.IsApi(context) && context.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase))
        {
            context.Response.StatusCode = StatusCodes.Status303SeeOther;
            context.Response.Headers.Location = LogInAddress(context.Request.Path + context.Request.QueryString);
            return;
        }
        context.Response.Headers.WWWAuthenticate = "Bearer";
        throw ApiProblems.Of(StatusCodes.Status401Unauthorized);
    }

    private static string LogInAddress(string from) => RequestSource.SafePath(from) is "/" ? "/login" : $"/login?next={Uri.EscapeDataString(from)}";

    /// <summary>Bearers mean what they send: no browser sends a token by itself. Others have to show that a page of ours sent it.</summary>
    private static async Task RequireMeantAsync(HttpContext context, Identified who, Endpoint endpoint, AccessSettings now)
    {
        if (endpoint.Metadata.GetMetadata<IRequestSizeLimitMetadata>() is null && context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = MostBodyBytes;
            if (context.Request.ContentLength > MostBodyBytes) throw AccessProblems.TooLarge();
        }
        if (who.Caller.Proof is Proof.Token or Proof.Jwt) return;
        if (IsForm(context.Request)) context.Features.Set<IFormFeature>(new FormFeature(context.Request, Forms));
        var ours = RequestSource.IsOurPage(context.Request, now);
        if (ours == false || (ours is null && who.Caller.Proof == Proof.Session))
            throw AccessProblems.ForeignPage();
        if (who.Cookie is { } cookie && !await HasTokenAsync(context, Secrets.FormToken(cookie))) throw AccessProblems.ForeignForm();
    }

    private static async Task<bool> HasTokenAsync(HttpContext context, string expected)
    {
        if (context.Request.Headers[FormHeader] is { Count: 1 } header) return Secrets.IsMasked(header.ToString(), expected);
        if (!IsForm(context.Request)) return false;
        try
        {
            var form = await context.Request.ReadFormAsync(context.RequestAborted);
            return form[FormField] is { Count: 1 } field && Secrets.IsMasked(field.ToString(), expected);
        }
        catch (InvalidDataException)
        {
            throw AccessProblems.TooLarge(); // a value longer than any that we ask for
        }
    }

    /// <summary>Forms as browsers send them that have no files. What else calls itself a form breaks readers in too many ways.</summary>
    public static bool IsForm(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type) && type.MediaType.Equals("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase)
        && (!type.Charset.HasValue || HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase));

    /// <summary>An answer may be a stream that stays open for hours: it ends when whoever listens may less than when it began, for what he is told depends on that.</summary>
    private async Task FollowAsync(HttpContext context, RequestDelegate next, Role began)
    {
        var left = context.RequestAborted;
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(left);
        context.RequestAborted = ended.Token;
        var answering = next(context);
        try
        {
            while (!answering.IsCompleted)
            {
                using var pause = new CancellationTokenSource();
                await Task.WhenAny(answering, Task.Delay(AskedAgainEvery, time, pause.Token));
                await pause.CancelAsync();
                if (answering.IsCompleted) break;
                if (!await MayStillAsync(context, began)) await ended.CancelAsync();
                if (ended.IsCancellationRequested) break;
            }
            await answering;
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested && !left.IsCancellationRequested)
        {
            context.Abort(); // it was cut off, and is not to look complete
        }
    }

    private async Task<bool> MayStillAsync(HttpContext context, Role began)
    {
        try
        {
            return await identification.FindAsync(context, isAct: false, CancellationToken.None) is { } who && who.Caller.May(began);
        }
        catch (AccessException)
        {
            return true; // that the file cannot be read now says nothing of who listens
        }
    }

    private static bool IsSafe(string method) => HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method);

    /// <summary>Of what no browser is to do with an answer, whatever it is; a page states more, and a route may state its own caching.</summary>
    private static void SetHeaders(HttpResponse response, AccessSettings now)
    {
        var headers = response.Headers;
        headers.CacheControl = "no-store";
        headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";
        headers.XContentTypeOptions = "nosniff";
        // Not no-referrer: with it browsers send "Origin: null" with a form, and we could not tell our own from a strange one.
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        if (now.IsHttps) headers.StrictTransportSecurity = "max-age=31536000";
    }
}
