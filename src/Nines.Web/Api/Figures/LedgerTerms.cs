using Nines.Core;
using Nines.Core.Components;
using Nines.Ledger;
using Nines.Ledger.Objectives;
using NodaTime;

namespace Nines.Web.Api.Figures;

/// <summary>What callers name, found on record or refused.</summary>
public static class LedgerTerms
{
    /// <exception cref="ApiProblem">NIN4230: there is none.</exception>
    public static Objective ObjectiveNamed(this LedgerProjection ledger, string name) =>
        ledger.Objectives.FirstOrDefault(objective => objective.Name == name) ?? throw Unknown("NIN4230", "No such objective", "objective", name, ledger.Objectives.Select(objective => objective.Name));

    /// <exception cref="ApiProblem">NIN4003: there is none on record.</exception>
    public static ComponentLedger ComponentNamed(this LedgerProjection ledger, ComponentId id) =>
        ledger.Find(id) ?? throw Unknown("NIN4003", "No such component on record", "component", id.Value, ledger.Components.Select(component => component.Id.Value));

    /// <exception cref="ApiProblem">NIN4291: it is no IANA time zone.</exception>
    public static DateTimeZone ZoneNamed(string? id) => id is null ? DateTimeZone.Utc : DateTimeZoneProviders.Tzdb.GetZoneOrNull(id)
        ?? throw new ApiProblem(400, "NIN4291", "No period", $"'{id}' is not an IANA time zone.{DidYouMean.Sentence(id, DateTimeZoneProviders.Tzdb.Ids)}", "Try UTC, or Europe/Berlin.");

    private static ApiProblem Unknown(string code, string title, string what, string name, IEnumerable<string> known) =>
        ApiProblem.NotFound(code, title, $"There is no {what} '{name}' on record.{DidYouMean.Sentence(name, known)}");
}
