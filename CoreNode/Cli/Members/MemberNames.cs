using CoreNode.Api.Client;

namespace CoreNode.Cli.Members;

/// <summary>Finds the member that a person means: by its identity or by its name.</summary>
internal static class MemberNames
{
    /// <summary>The member; null with what to tell the person.</summary>
    public static ListedMember? Find(IReadOnlyList<ListedMember> members, string text, out string problem)
    {
        problem = "";
        ListedMember? byId = members.FirstOrDefault(m => m.Id.Equals(text, StringComparison.OrdinalIgnoreCase));
        if (byId is not null)
            return byId;
        ListedMember[] named = [.. members.Where(m => m.Name == text)];
        if (named.Length == 1)
            return named[0];
        problem = named.Length == 0
            ? $"no member '{text}'; members are {string.Join(", ", members.Select(Label))}"
            : $"{named.Length} members are named '{text}': say which by its id, "
                + string.Join(" or ", named.Select(m => m.Id));
        return null;
    }

    /// <summary>A member for people: "a (2e12…)".</summary>
    public static string Label(ListedMember member) =>
        member.Name.Length == 0 ? $"{member.Id} (not started)" : $"{member.Name} ({member.Id})";
}
