namespace CoreNode.Tests.Architecture;

/// <summary>What a module is allowed to touch outside its own code; see <see cref="Bans"/>.</summary>
internal enum ModuleKind
{
    /// <summary>Ids, small values and counters for everybody; a decider but for locks around counters.</summary>
    Foundation,

    /// <summary>
    /// Pure state machines and plans: the same input gives the same output, on any machine, in a simulator.
    /// </summary>
    Decider,

    /// <summary>Interfaces and values between modules; may promise async, does nothing itself.</summary>
    Port,

    /// <summary>One thing done with the operating system.</summary>
    Mechanism,

    /// <summary>Ties deciders and mechanisms together; never uses another service.</summary>
    Service,

    /// <summary>Speaks with the outside: HTTP, terminal.</summary>
    Edge,

    /// <summary>Wires the others.</summary>
    Composition,
}
