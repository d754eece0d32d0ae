using CoreNode.Provision.Model;

namespace CoreNode.Provision.Planning;

/// <summary>Users and groups of the same name as one: the later wins, keys add up.</summary>
internal static class AccountMerge
{
    /// <summary>Each user once, at the place of the first.</summary>
    public static List<DesiredUser> Users(IReadOnlyList<DesiredUser> given)
    {
        List<DesiredUser> users = [];
        foreach (DesiredUser user in given)
        {
            int at = users.FindIndex(known => known.Name == user.Name);
            if (at < 0)
            {
                users.Add(user);
                continue;
            }

            DesiredUser first = users[at];
            // One that only brings keys (the default user's) takes nothing from one that says more.
            DesiredUser main = user.IsMade || !first.IsMade ? user : first;
            users[at] = main with
            {
                SshKeys = [.. first.SshKeys, .. user.SshKeys],
                FirstBootSshKeys = [.. first.FirstBootSshKeys, .. user.FirstBootSshKeys],
                PasswordHash = user.PasswordHash ?? first.PasswordHash,
            };
        }

        return users;
    }

    /// <summary>Each group once.</summary>
    public static List<DesiredGroup> Groups(IReadOnlyList<DesiredGroup> given)
    {
        List<DesiredGroup> groups = [];
        foreach (DesiredGroup group in given)
        {
            int at = groups.FindIndex(known => known.Name == group.Name);
            if (at < 0)
                groups.Add(group);
            else
                groups[at] = group;
        }

        return groups;
    }
}
