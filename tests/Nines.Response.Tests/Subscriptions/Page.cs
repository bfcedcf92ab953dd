using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Facts;
using Nines.Response.StatusPage;
using Nines.Response.Tests.StatusPage;
using NodaTime;

namespace Nines.Response.Tests.Subscriptions;

/// <summary>A public page on which incidents are opened, told of and resolved by hand.</summary>
internal sealed class Page(TimeProvider time)
{
    private ImmutableList<PageIncident> incidents = [];

    public PageOptions Options { get; set; } = new PublicScene().Options;

    public Instant Now => Instant.FromDateTimeOffset(time.GetUtcNow());

    public PageContent Content => new() { Options = Options, AsOf = Now, MadeAt = Now, Components = [], Incidents = [.. incidents], Maintenance = [] };

    public void Open(string id, string component = "shop", string? body = null) => incidents = incidents.Add(new PageIncident
    {
        Id = id, Name = $"Trouble {id}", Phase = IncidentPhase.Investigating, Impact = IncidentImpact.Major, IsAutomatic = true, CreatedAt = Now, Began = new Bounds(Now, Now), Ended = null, Length = null,
        Components = [component], Updates = [new PageUpdate("0", IncidentPhase.Investigating, body ?? $"We **look** into {id}.", Now, [component])],
    });

    public void Say(string id, string body) => Change(id, IncidentPhase.Identified, body);

    public void Resolve(string id) => Change(id, IncidentPhase.Resolved, $"It is over: {id}.");

    private void Change(string id, IncidentPhase phase, string body)
    {
        var before = incidents.Single(one => one.Id == id);
        incidents = incidents.Replace(before, before with { Phase = phase, Updates = [.. before.Updates, new PageUpdate($"update/{before.Updates.Length}", phase, body, Now, before.Components)] });
    }
}
