using CoreNode.Store;

namespace CoreNode.Api.Client;

/// <summary>The wire names of actions, both ways.</summary>
public static class ActionNames
{
    /// <summary>The name on the wire.</summary>
    public static string Name(KeyAction action) => action switch
    {
        KeyAction.Get => "get",
        KeyAction.Set => "set",
        KeyAction.Create => "create",
        KeyAction.Update => "update",
        KeyAction.CompareAndSwap => "compareAndSwap",
        KeyAction.Delete => "delete",
        KeyAction.CompareAndDelete => "compareAndDelete",
        KeyAction.Expire => "expire",
        _ => throw new ArgumentOutOfRangeException(nameof(action), action, "no such action"),
    };

    /// <summary>The action of that name; null if there is none.</summary>
    public static KeyAction? Parse(string? name) => name switch
    {
        "get" => KeyAction.Get,
        "set" => KeyAction.Set,
        "create" => KeyAction.Create,
        "update" => KeyAction.Update,
        "compareAndSwap" => KeyAction.CompareAndSwap,
        "delete" => KeyAction.Delete,
        "compareAndDelete" => KeyAction.CompareAndDelete,
        "expire" => KeyAction.Expire,
        _ => null,
    };
}
