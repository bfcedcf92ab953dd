using System.Collections.Immutable;
using Nines.Core.Observations;

namespace Nines.Core.Conditions;

/// <summary>
/// The signals that the conditions of one probe may use. It collects the signals with arguments as the parser meets them, so
/// that <see cref="Schema"/> (plain signals first, in the protocol's order) is what the indices of all its conditions refer to.
/// </summary>
public sealed class SignalVocabulary
{
    /// <summary>Most signals with arguments that the conditions of one probe may use together: each is computed on every answer.</summary>
    public const int MaxWithArguments = 64;

    private readonly List<SignalRef> signals = [];
    private readonly int plain;

    /// <param name="definitions">Everything that the probe offers, plain and with arguments.</param>
    public SignalVocabulary(IEnumerable<SignalDefinition> definitions)
    {
        Definitions = [.. definitions];
        foreach (var definition in Definitions)
            if (!definition.TakesArgument)
                signals.Add(new SignalRef(definition));
        plain = signals.Count;
    }

    public ImmutableArray<SignalDefinition> Definitions { get; }

    /// <summary>What the indices in conditions parsed so far refer to.</summary>
    public SignalSchema Schema => new([.. signals]);

    public SignalDefinition? Find(string name) => Definitions.FirstOrDefault(definition => definition.Name == name);

    /// <summary>How many signals there are: to be handed to <see cref="ForgetSince"/>.</summary>
    public int Count => signals.Count;

    /// <summary>Forgets the signals that a condition brought in which is not used after all.</summary>
    public void ForgetSince(int count) => signals.RemoveRange(Math.Max(count, plain), signals.Count - Math.Max(count, plain));

    internal SignalDefinition this[int index] => signals[index].Definition;

    /// <summary>The position of the signal, which is added if it is new; −1 when there are too many.</summary>
    internal int Use(SignalRef signal)
    {
        var index = signals.IndexOf(signal);
        if (index >= 0) return index;
        if (signals.Count - plain >= MaxWithArguments) return -1;
        signals.Add(signal);
        return signals.Count - 1;
    }
}
