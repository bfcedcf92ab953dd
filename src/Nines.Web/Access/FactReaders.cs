using System.Collections.Immutable;
using Nines.Core.Facts;

namespace Nines.Web.Access;

/// <summary>
/// Who may read which facts: the one place that says so, for pages, API and event stream. What tells who may do what is for admins. So is the config,
/// which says whom it tells (addresses of people), who is let in, and where things are inside; <c>/api/v1/config</c> is for admins too. All others are
/// for whoever may look. Positions have no gaps and tell nothing: who may not read a fact sees that there is one, and not which.
/// </summary>
internal static class FactReaders
{
    /// <summary>Kinds that are for admins.</summary>
    private static readonly ImmutableHashSet<string> ForAdmins = [FactKinds.Of(typeof(AccessChanged)), FactKinds.Of(typeof(ConfigLoaded))];

    public static bool MayRead(this Role reader, Fact fact) => reader.MayRead(FactKinds.Of(fact));

    public static bool MayRead(this Role reader, string kind) => reader >= (ForAdmins.Contains(kind) ? Role.Admin : Role.Viewer);
}
