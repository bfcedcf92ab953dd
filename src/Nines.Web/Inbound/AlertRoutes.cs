using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Nines.Probing.Alerts;
using Nines.Probing.Inbound;
using Nines.Web.Access;

namespace Nines.Web.Inbound;

/// <summary>
/// Where alerts are sent: <c>POST /alerts/&lt;token&gt;</c>, and <c>/alerts/&lt;token&gt;/api/v2/alerts</c> for a Prometheus that takes us for
/// one more Alertmanager. The token is looked at before the body is.
/// </summary>
internal static class AlertRoutes
{
    private static readonly TimeSpan BodyLimit = TimeSpan.FromSeconds(10);
    private static readonly string[] Methods = ["POST"];

    public static void Map(IEndpointRouteBuilder routes, Inbox inbox, TimeProvider time)
    {
        foreach (var path in (string[])["/alerts/{token}", "/alerts/{token}/api/v2/alerts"])
            routes.MapMethods(path, Methods, (RequestDelegate)(context => TakeAsync(context, inbox, time))).IsForMachines();
    }

    private static async Task TakeAsync(HttpContext context, Inbox inbox, TimeProvider time)
    {
        var books = inbox.FindAlertBooks((string)context.Request.RouteValues["token"]!);
        if (books.Count == 0)
        {
            await Answers.WriteAsync(context, Answers.WrongToken(inbox));
            return;
        }
        using var late = new CancellationTokenSource(BodyLimit, time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(late.Token, context.RequestAborted);
        using var body = new MemoryStream();
        try
        {
            await context.Request.Body.CopyToAsync(body, limit.Token); // no more than the server allows
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !context.RequestAborted.IsCancellationRequested)
        {
            await Answers.WriteAsync(context, StatusCodes.Status408RequestTimeout);
            return;
        }
        if (AlertPayload.Parse(body.GetBuffer().AsMemory(0, (int)body.Length), out var mistake) is not { } payload)
        {
            await Answers.WriteAsync(context, StatusCodes.Status400BadRequest, $"400 Bad Request: {mistake}\n");
            return;
        }
        foreach (var book in books) book.Note(payload);
        await Answers.WriteAsync(context, StatusCodes.Status200OK);
    }
}
