using CoreNode.Provision.Model;

namespace CoreNode.Provision.Applying;

/// <summary>Whether what is there is what a plan was made for, or already what it wants.</summary>
internal sealed class PlanCheck(FactReader facts)
{
    /// <summary>What differs from the plan's view of before; "": nothing.</summary>
    public string Difference(Spot spot, NodeState? now, PathFact before)
    {
        if (now is null)
            return before.Kind == PathKind.Absent ? "" : "went away";
        if (before.Kind == PathKind.Absent)
            return "came to be there";
        if (now.Kind != before.Kind)
            return "became something else";
        if (before.Identity.Length > 0 && before.Identity != now.Identity)
            return "was replaced";
        if (now.Kind != PathKind.Link
            && (now.Mode != before.Mode || now.User != before.User || now.Group != before.Group))
        {
            return "got another owner or mode";
        }

        if (now.Kind == PathKind.Link)
            return facts.ReadTarget(spot) == before.Target ? "" : "was changed";
        if (now.Kind != PathKind.File)
            return "";
        bool isSame = now.Length == before.Length && (before.Content is { } content
            ? facts.Holds(spot, now, content)
            : before.Hash.Length == 0 || facts.ReadHash(spot, now) == before.Hash);
        return isSame ? "" : "was changed";
    }

    /// <summary>True if it is done already.</summary>
    public bool IsDone(Spot spot, NodeState? now, Change change) => change switch
    {
        PutFile put => now is { Kind: PathKind.File } && IsAttributes(now, put.Mode, put.User, put.Group)
            && facts.Holds(spot, now, put.Content),
        PutFolder put => now is { Kind: PathKind.Folder } && IsAttributes(now, put.Mode, put.User, put.Group),
        PutLink { IsHard: false } put => now is { Kind: PathKind.Link } && now.User == put.User
            && now.Group == put.Group && facts.ReadTarget(spot) == put.Target,
        SetAttributes set => now is not null && (now.Kind == PathKind.Link
            ? now.User == set.User && now.Group == set.Group
            : IsAttributes(now, set.Mode, set.User, set.Group)),
        RemovePath => now is null,
        _ => false,
    };

    private static bool IsAttributes(NodeState now, int mode, uint user, uint group) =>
        now.Mode == mode && now.User == user && now.Group == group;
}
