using CoreNode.Store;

namespace CoreNode.Kv;

/// <summary>
/// What a command comes to: a change, an error, or (for commands that answer nobody) neither. New and replaced records
/// are in the tree already; removals are done by who tells the watchers, because these ask what is still there.
/// </summary>
internal readonly record struct KeyWrite
{
    /// <summary>What happened.</summary>
    public KeyAction Action { get; private init; }

    /// <summary>The key after the change, as the answer shows it; none if nothing changed.</summary>
    public KeyRecord Node { get; private init; }

    /// <summary>The key before.</summary>
    public KeyRecord Previous { get; private init; }

    /// <summary>A write with refresh=true.</summary>
    public bool IsRefresh { get; private init; }

    /// <summary>The key and all below it is yet to be removed.</summary>
    public bool IsRemoval { get; private init; }

    /// <summary>Why nothing changed.</summary>
    public KeyError? Error { get; private init; }

    /// <summary>True if the store index moves.</summary>
    public bool IsChange => !Node.IsNone;

    /// <summary>A key was made or replaced.</summary>
    public static KeyWrite Done(KeyAction action, KeyRecord node, KeyRecord previous, bool isRefresh) =>
        new() { Action = action, Node = node, Previous = previous, IsRefresh = isRefresh };

    /// <summary>A key goes.</summary>
    public static KeyWrite Removal(KeyAction action, KeyRecord node, KeyRecord previous) =>
        new() { Action = action, Node = node, Previous = previous, IsRemoval = true };

    /// <summary>Nothing changed.</summary>
    public static KeyWrite Failed(KeyError error) => new() { Error = error };
}
