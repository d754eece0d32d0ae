namespace CoreNode.Tests.Histories;

/// <summary>What the checker found.</summary>
internal enum Linearizability
{
    /// <summary>There is an order that explains every answer.</summary>
    Linearizable,

    /// <summary>There is none.</summary>
    Violated,

    /// <summary>The search was given up: neither is known. Not a success.</summary>
    Undecided,
}

/// <summary>The judgement of a history, with the key that it hangs on and what happened there.</summary>
/// <param name="Outcome">What was found.</param>
/// <param name="Explanation">For people; empty if all is well.</param>
internal sealed record LinearizabilityVerdict(Linearizability Outcome, string Explanation)
{
    /// <summary>Fails the test unless every key's history is linearizable; undecided fails, too.</summary>
    public void ThrowUnlessLinearizable()
    {
        if (Outcome != Linearizability.Linearizable)
            throw new AssertionException($"the history is {Outcome}: {Explanation}");
    }
}
