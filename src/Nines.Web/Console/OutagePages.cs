using System.Collections.Immutable;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Nines.Core;
using Nines.Core.Facts;
using Nines.Web.Access;
using Nines.Web.Api;
using Nines.Web.Api.Documents;
using Nines.Web.Api.Incidents;
using Nines.Web.Api.Outages;
using Nines.Web.Api.Routing;
using Nines.Web.Console.Outages;
using Nines.Web.Console.Pages;
using Nines.Web.Live;
using NodaTime;

namespace Nines.Web.Console;

/// <summary><c>/outages</c> and <c>/outages/{id}</c>, with the forms of responders.</summary>
internal sealed class OutagePages(OutageOperations outages, IncidentOperations incidents, LiveLedger ledger, TimeProvider time)
{
    private const int RowsOnAPage = 50;

    public void Map(WebApplication app)
    {
        app.MapPage("/outages", "Outages", async (context, _, cancellation) =>
        {
            var query = new PageQuery(context.Request.Query);
            return new()
            {
                [nameof(Pages.Outages.Document)] = await outages.ListAsync(FilterOf(query), query.Raw("policy"), query.Page(RowsOnAPage), cancellation),
                [nameof(Pages.Outages.Components)] = await ledger.ReadAsync(ledger => ledger.Components.Select(component => component.Id.Value).ToImmutableArray(), cancellation),
                [nameof(Pages.Outages.Query)] = query,
                [nameof(Pages.Outages.Now)] = Now,
            };
        }, typeof(Pages.Outages));

        app.MapPage("/outages/{id}", "Outage", async (context, _, cancellation) => new()
        {
            [nameof(Outage.Story)] = await outages.GetAsync(IdOf(context), new PageQuery(context.Request.Query).Raw("policy"), cancellation),
            [nameof(Outage.CanPost)] = incidents.HasPage,
            [nameof(Outage.Now)] = Now,
        }, typeof(Outage));

        app.MapForm("/outages/{id}/acknowledge", Role.Responder, async (context, form, cancellation) =>
        {
            await outages.AcknowledgeAsync(IdOf(context), form.Field("note"), context.Caller(), cancellation);
            return $"{OutageText.AddressOf(IdOf(context))}#people";
        });
        app.MapForm("/outages/{id}/note", Role.Responder, async (context, form, cancellation) =>
        {
            await outages.NoteAsync(IdOf(context), form.Field("note"), context.Caller(), cancellation);
            return $"{OutageText.AddressOf(IdOf(context))}#people";
        });
        app.MapForm("/outages/{id}/correct", Role.Responder, async (context, form, cancellation) =>
        {
            System.Collections.Immutable.ImmutableArray<Core.Components.ComponentId> roots = [.. form.Field("roots").Split([',', ' '], StringSplitOptions.RemoveEmptyEntries).Select(RootOf)];
            await outages.CorrectAsync(IdOf(context), new CorrectionBody(FormRoutes.Read(form, "cause", Formats.Word<CauseKind>()), form.Field("because"), roots.IsEmpty ? null : roots), context.Caller(), cancellation);
            return $"{OutageText.AddressOf(IdOf(context))}#cause";
        });
        app.MapForm("/outages/{id}/correct-time", Role.Responder, async (context, form, cancellation) =>
        {
            Instant? At(string field) => form.Field(field).Length == 0 ? null : FormRoutes.Read(form, field, Formats.Instant);
            var body = new OutageCorrectionBody(FormRoutes.Read(form, "claim", Formats.Word<CorrectionClaim>()), form.Field("because"), At("began_earliest"), At("began_latest"), At("ended_earliest"), At("ended_latest"),
                form.Field("withdraws").Length == 0 ? null : FormRoutes.Read(form, "withdraws", Formats.Whole(1, long.MaxValue)));
            await outages.CorrectAsync(IdOf(context), body, context.Caller(), cancellation);
            return $"{OutageText.AddressOf(IdOf(context))}#corrections";
        });
    }

    private static Core.Components.ComponentId RootOf(string name)
    {
        try
        {
            return Formats.Component.Read(name);
        }
        catch (FormatException wrong)
        {
            throw ApiProblems.Parameters([new ApiProblem.Mistake("body", "roots", wrong.Message)]);
        }
    }

    private Instant Now => Instant.FromDateTimeOffset(time.GetUtcNow());

    private static string IdOf(HttpContext context) => (string)context.Request.RouteValues["id"]!;

    private static OutageFilter FilterOf(PageQuery query) => new()
    {
        Components = query.Value("component", Formats.Component) is { } component ? [component] : [],
        Open = query.Value("open", Formats.Flag),
        Cause = query.Value("cause", Formats.Word<CauseKind>()),
        From = query.Value("from", Formats.Instant),
        To = query.Value("to", Formats.Instant),
        Text = query.Raw("text"),
        Regional = query.Flag("regional"),
    };
}
