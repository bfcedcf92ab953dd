using System.Collections.Immutable;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Nines.Core.Components;
using Nines.Core.Time;
using Nines.Ledger.Documents;
using Nines.Web.Access;
using Nines.Web.Api;
using Nines.Web.Api.Documents;
using Nines.Web.Api.Maintenance;
using Nines.Web.Api.Routing;
using Nines.Web.Live;
using NodaTime;

namespace Nines.Web.Console;

/// <summary><c>/maintenance</c>, with the forms of responders.</summary>
internal sealed class MaintenancePages(MaintenanceOperations maintenance, LiveLedger ledger)
{
    private static readonly Duration Usual = Duration.FromHours(1);

    public void Map(WebApplication app)
    {
        app.MapPage("/maintenance", "Maintenance", async (context, _, cancellation) =>
        {
            var query = new PageQuery(context.Request.Query);
            var length = query.Value("for", Formats.Duration) ?? Usual;
            var component = query.Value("component", Formats.Component);
            return new()
            {
                [nameof(Pages.Maintenance.Document)] = await maintenance.ListAsync(cancellation),
                [nameof(Pages.Maintenance.Best)] = await maintenance.BestAsync(component, length, cancellation),
                [nameof(Pages.Maintenance.Components)] = await ledger.ReadAsync(ledger => ledger.Components.Where(component => component.InConfig).Select(component => component.Id.Value).ToImmutableArray(), cancellation),
                [nameof(Pages.Maintenance.Chosen)] = component?.Value,
                [nameof(Pages.Maintenance.Length)] = length,
            };
        }, typeof(Pages.Maintenance));

        app.MapForm("/maintenance/start", Role.Responder, async (context, form, cancellation) =>
        {
            await maintenance.StartAsync(BodyOf(form), context.Caller(), cancellation);
            return "/maintenance";
        });
        app.MapForm("/maintenance/end", Role.Responder, async (context, form, cancellation) =>
        {
            await maintenance.EndAsync(FormRoutes.Read(form, "window", Formats.Text(120)), context.Caller(), cancellation);
            return "/maintenance";
        });
    }

    private static MaintenanceBody BodyOf(IFormCollection form)
    {
        var components = ImmutableArray.CreateBuilder<ComponentId>();
        foreach (var name in form["component"])
            components.Add(ComponentId.TryParse(name ?? "", out var id) ? id : throw ApiProblems.Parameters([new ApiProblem.Mistake("body", "component", "is not the name of a component.")]));
        return new MaintenanceBody(
            components.ToImmutable(),
            form.Field("from").Trim().Length == 0 ? null : FormRoutes.Read(form, "from", Formats.Instant),
            null,
            form.Field("for").Trim().Length == 0 ? null : DocumentJson.Seconds(FormRoutes.Read(form, "for", Formats.Duration)),
            form.Field("reason"));
    }
}
