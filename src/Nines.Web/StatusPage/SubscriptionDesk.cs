using System.Buffers;
using System.Collections.Immutable;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Nines.Response.StatusPage;
using Nines.Response.Subscriptions;
using Nines.Web.Access;

namespace Nines.Web.StatusPage;

/// <summary>What the desk shows. None of it holds anything of a request: all are made beforehand.</summary>
public enum DeskPage
{
    Ask,
    Taken,
    TakenWebhook,
    NotAnAddress,
    NoSuchComponent,
    NoMail,
    TooOften,
    Full,
    Broken,
    Unreadable,
    ConfirmAsk,
    ConfirmDone,
    ConfirmUnknown,
    LeaveAsk,
    LeaveDone,
    LeaveUnknown,
}

/// <summary>
/// Takes subscriptions on the public listener, with forms that need no script. A GET changes nothing, for programs open the links in mails before people do;
/// a POST brings all that it needs with it, so there is no cookie that a strange page could make use of.
/// </summary>
/// <param name="takesMail">Whether there is a mail server now.</param>
/// <param name="takesWebhooks">Whether webhooks are taken at all.</param>
/// <param name="proxies">Whose word on where a request comes from is believed.</param>
public sealed class SubscriptionDesk(SubscriptionBook book, Func<bool> takesMail, bool takesWebhooks, ImmutableArray<IPNetwork> proxies)
{
    private const int MostBody = 16 << 10;

    private readonly OwnProxies own = new(() => proxies);

    private static readonly FormOptions FormLimits = new() { KeyLengthLimit = 64, ValueLengthLimit = 1_000, ValueCountLimit = 600, BufferBodyLengthLimit = MostBody };

    /// <summary>By the folders of their languages.</summary>
    private ImmutableDictionary<string, ImmutableDictionary<DeskPage, byte[]>>? pages;
    private ImmutableHashSet<string> known = [];

    public bool TakesMail => takesMail();

    public bool TakesWebhooks => takesWebhooks;

    /// <param name="components">Ids of the public components.</param>
    internal void Show(ImmutableDictionary<string, ImmutableDictionary<DeskPage, byte[]>> next, ImmutableHashSet<string> components)
    {
        Volatile.Write(ref known, components);
        Volatile.Write(ref pages, next);
    }

    /// <summary>True when the path is one of ours.</summary>
    public bool Has(PathString path) => Find(path) is not null;

    /// <returns>Which of our pages is asked for, and in the language of which folder; null where none is.</returns>
    private (string Folder, string Path)? Find(PathString path)
    {
        foreach (var folder in Volatile.Read(ref pages)?.Keys ?? [""])
            if (path.Value is { } asked && asked.StartsWith($"/{folder}", StringComparison.Ordinal) && asked[(folder.Length + 1)..] is var own && own is SubscriptionPath.Ask or SubscriptionPath.Confirm or SubscriptionPath.Leave) return (folder, own);
        return null;
    }

    /// <summary>Answers a request to one of our paths; what every answer of the listener has is set already.</summary>
    public async Task AnswerAsync(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        response.Headers.CacheControl = "no-store"; // its address may hold a token
        var isHead = HttpMethods.IsHead(request.Method);
        if (Volatile.Read(ref pages) is not { } ready)
        {
            await StatusListener.SayNotReadyAsync(response, isHead);
            return;
        }
        var (folder, own) = Find(request.Path) ?? ("", "");
        var isTaken = isHead || HttpMethods.IsGet(request.Method) || HttpMethods.IsPost(request.Method);
        if (!isTaken) response.Headers.Allow = "GET, HEAD, POST";
        var (shown, status) = !isTaken ? (DeskPage.Unreadable, StatusCodes.Status405MethodNotAllowed) : HttpMethods.IsPost(request.Method) ? await TakeAsync(context, own) : Shown(request, own);
        // What was sent is not read to its end, so nothing can follow on this connection: the caller is told, and comes back on another (RFC 9112, 9.6).
        if (shown == DeskPage.Unreadable) response.Headers.Connection = "close";
        response.StatusCode = status;
        if (status == StatusCodes.Status429TooManyRequests) response.Headers.RetryAfter = "3600";
        response.ContentType = "text/html; charset=utf-8";
        var bytes = ready[ready.ContainsKey(folder) ? folder : ""][shown];
        response.ContentLength = bytes.Length;
        if (!isHead) await response.BodyWriter.WriteAsync(bytes, context.RequestAborted);
    }

    private (DeskPage Page, int Status) Shown(HttpRequest request, string path) => path switch
    {
        SubscriptionPath.Confirm => book.CanConfirm(TokenOf(request)) ? (DeskPage.ConfirmAsk, 200) : (DeskPage.ConfirmUnknown, 404),
        SubscriptionPath.Leave => book.CanLeave(TokenOf(request)) ? (DeskPage.LeaveAsk, 200) : (DeskPage.LeaveUnknown, 404),
        _ => (DeskPage.Ask, 200),
    };

    private async Task<(DeskPage Page, int Status)> TakeAsync(HttpContext context, string path)
    {
        var request = context.Request;
        context.Features.Get<IHttpMaxRequestBodySizeFeature>()!.MaxRequestBodySize = MostBody;
        try
        {
            switch (path)
            {
                // What these two are posted with is of no matter: a mail program sends List-Unsubscribe=One-Click (RFC 8058).
                case SubscriptionPath.Confirm: return book.Confirm(TokenOf(request)) ? (DeskPage.ConfirmDone, 200) : (DeskPage.ConfirmUnknown, 404);
                case SubscriptionPath.Leave: return book.Leave(TokenOf(request)) ? (DeskPage.LeaveDone, 200) : (DeskPage.LeaveUnknown, 404);
                default: return request.ContentType?.StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase) == true ? Ask(context, await request.ReadFormAsync(FormLimits, context.RequestAborted)) : (DeskPage.Unreadable, StatusCodes.Status415UnsupportedMediaType);
            }
        }
        catch (BadHttpRequestException wrong)
        {
            return (DeskPage.Unreadable, wrong.StatusCode);
        }
        catch (InvalidDataException)
        {
            return (DeskPage.Unreadable, StatusCodes.Status400BadRequest); // beyond the limits of a form
        }
        catch (IOException) when (!context.RequestAborted.IsCancellationRequested)
        {
            return (DeskPage.Broken, StatusCodes.Status503ServiceUnavailable); // the sender, which uses the same file, says what is wrong with it
        }
    }

    private (DeskPage Page, int Status) Ask(HttpContext context, IFormCollection form)
    {
        own.Apply(context);
        var caller = context.Connection.RemoteIpAddress ?? IPAddress.None;
        var webhook = form["webhook"].ToString();
        var kind = webhook.Length > 0 ? SubscriptionKind.Webhook : SubscriptionKind.Email;
        if (kind == SubscriptionKind.Webhook ? !takesWebhooks : !takesMail()) return (kind == SubscriptionKind.Webhook ? DeskPage.NotAnAddress : DeskPage.NoMail, 400);
        var components = form["component"].OfType<string>().ToImmutableArray();
        return book.Ask(kind, kind == SubscriptionKind.Webhook ? webhook : form["email"].ToString(), components, Volatile.Read(ref known), caller) switch
        {
            AskAnswer.Taken => (kind == SubscriptionKind.Webhook ? DeskPage.TakenWebhook : DeskPage.Taken, 200),
            AskAnswer.NotAnAddress => (DeskPage.NotAnAddress, 400),
            AskAnswer.NoSuchComponent => (DeskPage.NoSuchComponent, 400),
            AskAnswer.TooOften => (DeskPage.TooOften, StatusCodes.Status429TooManyRequests),
            AskAnswer.Full => (DeskPage.Full, StatusCodes.Status503ServiceUnavailable),
        };
    }

    private static string TokenOf(HttpRequest request) => request.Query["token"] is [{ Length: <= 100 } token] ? token : "";
}
