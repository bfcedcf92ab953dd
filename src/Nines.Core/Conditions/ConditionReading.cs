namespace Nines.Core.Conditions;

/// <summary>What the parser made of a text: a condition, or the first mistake in it.</summary>
public abstract record ConditionReading
{
    private ConditionReading() { }

    public sealed record Understood(Condition Condition) : ConditionReading;

    public sealed record Mistaken(ConditionMistake Mistake) : ConditionReading;
}

/// <summary>What kind of mistake it is; each has a code of its own in a config's messages.</summary>
public enum ConditionMistakeKind
{
    /// <summary>Not of the grammar's form.</summary>
    Form,
    /// <summary>The probe offers no such signal.</summary>
    UnknownSignal,
    /// <summary>The literal or the other signal does not fit the signal's unit.</summary>
    Unit,
    /// <summary>Too long, too deep, too many.</summary>
    Limit,
}

/// <summary>A mistake in a condition.</summary>
/// <param name="Column">Where in the text, the first character being 1.</param>
/// <param name="Message">What is wrong and what to write instead, as whole sentences.</param>
/// <param name="Suggestion">The word or literal that was probably meant; null when nothing is near. It is in the message too.</param>
public sealed record ConditionMistake(ConditionMistakeKind Kind, int Column, string Message, string? Suggestion = null);
