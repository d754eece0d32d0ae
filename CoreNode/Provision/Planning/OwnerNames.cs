using CoreNode.Documents;

namespace CoreNode.Provision.Planning;

/// <summary>Numbers of owners that are named; users and groups that the plan makes are known.</summary>
internal sealed class OwnerNames(AccountEditor accounts, PlanNotes notes)
{
    /// <summary>A user's number; null: none was named, or it is unknown, which is said.</summary>
    public uint? User(string? name, string from, TextPlace place) =>
        string.IsNullOrEmpty(name) ? null
        : accounts.FindUser(name)?.User ?? Other("user", "users", name, from, place);

    /// <summary>A group's number, as above.</summary>
    public uint? Group(string? name, string from, TextPlace place) =>
        string.IsNullOrEmpty(name) ? null
        : accounts.FindGroup(name) ?? Other("group", "groups", name, from, place);

    private uint? Other(string what, string key, string name, string from, TextPlace place)
    {
        // A root without accounts yet still has its owner.
        uint? number = name == "root" ? 0 : AccountEditor.Number(name);
        if (number is null)
        {
            notes.Error(
                from, place, $"{what} {name}, who is to own this, does not exist on this machine",
                $"add it under {key}, or name another owner");
        }

        return number;
    }
}
