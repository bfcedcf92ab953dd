using Nines.Core;

namespace Nines.Judging.Causes;

/// <summary>One way to a cause: holds only where observations support it.</summary>
/// <param name="Name">As explanations name it.</param>
/// <param name="Holds">The observation that supports it, in words; null when none does.</param>
/// <param name="Otherwise">Why it does not hold.</param>
internal sealed record CauseRule(string Name, CauseKind Kind, Func<Sight, string?> Holds, Func<Sight, string> Otherwise);
