namespace CoreNode.Updates.Lifecycle;

/// <summary>What a failure says about where the payload comes from, and so what is tried next.</summary>
public enum RetryClass
{
    /// <summary>No failure.</summary>
    None,

    /// <summary>What this address sends is wrong: the next address is taken at once.</summary>
    NextUrl,

    /// <summary>May pass by itself: counted, and after the allowed number the next address is taken.</summary>
    SameUrl,

    /// <summary>The check itself failed: nothing is known of any payload, the next check decides.</summary>
    Check,

    /// <summary>The machine's own fault or state: no address would do better.</summary>
    Machine,

    /// <summary>Not wanted now, by a rule: no fault of anybody.</summary>
    Policy,

    /// <summary>The signed content must not be installed here: refused until another one is offered.</summary>
    Refused,
}
