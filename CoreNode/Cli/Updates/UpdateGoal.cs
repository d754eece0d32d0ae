namespace CoreNode.Cli.Updates;

/// <summary>What a command waits for.</summary>
internal enum UpdateGoal
{
    /// <summary>What the server says; nothing is taken.</summary>
    Look,

    /// <summary>That an update is installed, if there is one.</summary>
    Update,

    /// <summary>That another slot, or the running one again, is the next to boot.</summary>
    Switch,

    /// <summary>Nothing: it goes on until the user ends it.</summary>
    Follow,
}
