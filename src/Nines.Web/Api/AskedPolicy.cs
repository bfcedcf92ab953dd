using Nines.Core;
using Nines.Ledger;
using Nines.Ledger.Policies;
using Nines.Web.Api.Overview;

namespace Nines.Web.Api;

/// <summary>The policy that figures are asked for under.</summary>
internal static class AskedPolicy
{
    /// <param name="name">Null for the one that the config on record names, else strict.</param>
    /// <exception cref="ApiProblem">There is none of that name.</exception>
    public static Policy Of(LedgerProjection ledger, string? name)
    {
        if (string.IsNullOrEmpty(name)) return ledger.PolicyInForce;
        return ledger.FindPolicy(name) ?? throw ApiProblem.NotFound("NIN4015", "No such policy",
            $"There is no policy '{name}'.{DidYouMean.Sentence(name, ShippedPolicies.All.Concat(ledger.OwnPolicies).Select(policy => policy.Name))}", "Take one that `nines get policies` lists.");
    }
}
