using System.Globalization;
using CoreNode.Provision.Model;

namespace CoreNode.Provision.Planning;

/// <summary>
/// The four files of accounts together. A hash is written to shadow only. Numbers that somebody asks for are kept free
/// from the beginning, so that the result does not depend on how much of it is there already.
/// </summary>
internal sealed class AccountEditor(AccountTexts texts, NumberRanges ranges, int today)
{
    private readonly HashSet<string> _kept = [];

    /// <summary>passwd.</summary>
    public AccountFile Passwd { get; } = new(texts.Passwd, 7);

    /// <summary>shadow.</summary>
    public AccountFile Shadow { get; } = new(texts.Shadow, 9);

    /// <summary>group.</summary>
    public AccountFile Groups { get; } = new(texts.Group, 4);

    /// <summary>gshadow.</summary>
    public AccountFile GroupShadow { get; } = new(texts.GroupShadow, 4);

    /// <summary>Nobody else gets that number.</summary>
    public void Keep(uint number) => _kept.Add(Text(number));

    /// <summary>A user, also one that was just made; null: there is none.</summary>
    public Account? FindUser(string name)
    {
        string[]? entry = Passwd.Find(name);
        if (entry is null || Number(entry[2]) is not { } user || Number(entry[3]) is not { } group)
            return null;
        return new Account(name, user, group, entry[5]);
    }

    /// <summary>A group's number; null: there is none.</summary>
    public uint? FindGroup(string name) => Groups.Find(name) is { } entry ? Number(entry[2]) : null;

    /// <summary>Who has that number; null: nobody.</summary>
    public string? UserOf(uint number) => NameOf(Passwd, number);

    /// <summary>Which group has that number; null: none.</summary>
    public string? GroupOf(uint number) => NameOf(Groups, number);

    /// <summary>A number for a new group; null: all are taken.</summary>
    public uint? FreeGroup(bool isSystem)
    {
        return ranges.Free(isSystem, isGroup: true, Taken());
    }

    /// <summary>
    /// A number for a new user: that of the group of its name where that is there and nobody has it, as after an
    /// interrupted run; else one that is free for both. Null: all are taken.
    /// </summary>
    public uint? FreeUser(string name, bool isSystem)
    {
        if (FindGroup(name) is { } own && own > 0 && !_kept.Contains(Text(own)) && UserOf(own) is null)
            return own;
        return ranges.Free(isSystem, isGroup: false, Taken());
    }

    /// <summary>A new group without members.</summary>
    public void AddGroup(string name, uint number)
    {
        Groups.Put([name, "x", Text(number), ""]);
        if (!GroupShadow.IsEmpty)
            GroupShadow.Put([name, "!", "", ""]);
    }

    /// <summary>A group's password.</summary>
    public void SetGroupPassword(string name, string hash)
    {
        string[]? entry = GroupShadow.Find(name);
        string members = entry?[3] ?? Groups.Find(name)?[3] ?? "";
        GroupShadow.Put([name, hash, entry?[2] ?? "", members]);
        if (Groups.Find(name) is { } group)
            Groups.Put([name, "x", group[2], group[3]]);
    }

    /// <summary>A user is in that group from now on.</summary>
    public void AddMember(string group, string user)
    {
        foreach (AccountFile file in (AccountFile[])[Groups, GroupShadow])
        {
            if (file.Find(group) is not { } entry || Array.IndexOf(entry[3].Split(','), user) >= 0)
                continue;
            entry[3] = entry[3].Length == 0 ? user : $"{entry[3]},{user}";
            file.Put(entry);
        }
    }

    /// <summary>A new user, without a password that opens.</summary>
    public void AddUser(DesiredUser user, uint number, uint group)
    {
        Shadow.Put([user.Name, user.PasswordHash ?? "*", Text((uint)today), "0", "99999", "7", "", "", ""]);
        Passwd.Put([
            user.Name, "x", Text(number), Text(group), RawText.Of(user.Gecos),
            RawText.Of(user.Home ?? $"/home/{user.Name}"), RawText.Of(user.Shell ?? "/bin/bash"),
        ]);
    }

    /// <summary>Another password of a user that is there; the day only where it is another.</summary>
    public void SetPassword(string name, string hash)
    {
        string[] entry = Shadow.Find(name) ?? [name, "", "", "0", "99999", "7", "", "", ""];
        if (entry[1] != hash)
        {
            entry[1] = hash;
            entry[2] = Text((uint)today);
            Shadow.Put(entry);
        }

        if (Passwd.Find(name) is { } user && user[1] != "x")
        {
            user[1] = "x";
            Passwd.Put(user);
        }
    }

    /// <summary>
    /// A user is nowhere any more, nor the group of its name that nobody else has as the primary one.
    /// </summary>
    public void RemoveUser(string name)
    {
        uint? own = FindUser(name)?.Group;
        Passwd.Remove(name);
        Shadow.Remove(name);
        foreach (AccountFile file in (AccountFile[])[Groups, GroupShadow])
        {
            foreach (string[] entry in file.Entries())
            {
                string members = Without(entry[3], name);
                string administrators = file == GroupShadow ? Without(entry[2], name) : entry[2];
                if (members != entry[3] || administrators != entry[2])
                    file.Put([entry[0], entry[1], administrators, members]);
            }
        }

        bool isOwn = own is not null && Groups.Find(name) is { } group && group[3].Length == 0
            && FindGroup(name) == own;
        if (isOwn && PrimaryOf(name) is null)
            RemoveGroup(name);
    }

    /// <summary>A group is not there any more.</summary>
    public void RemoveGroup(string name)
    {
        Groups.Remove(name);
        GroupShadow.Remove(name);
    }

    /// <summary>A user whose primary group that is; null: nobody.</summary>
    public string? PrimaryOf(string group)
    {
        if (Groups.Find(group) is not { } found)
            return null;
        foreach (string[] entry in Passwd.Entries())
        {
            if (entry[3] == found[2])
                return entry[0];
        }

        return null;
    }

    /// <summary>A number as these files have it; null: it is none.</summary>
    public static uint? Number(string text) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out uint number)
            && number != uint.MaxValue ? number : null;

    private HashSet<string> Taken()
    {
        HashSet<string> taken = [.. _kept];
        foreach (AccountFile file in (AccountFile[])[Passwd, Groups])
        {
            foreach (string[] entry in file.Entries())
            {
                if (Number(entry[2]) is { } number)
                    taken.Add(Text(number));
            }
        }

        return taken;
    }

    private static string? NameOf(AccountFile file, uint number)
    {
        string text = Text(number);
        foreach (string[] entry in file.Entries())
        {
            if (entry[2] == text)
                return entry[0];
        }

        return null;
    }

    private static string Without(string members, string name)
    {
        if (Array.IndexOf(members.Split(','), name) < 0)
            return members;
        List<string> kept = [.. members.Split(',')];
        kept.RemoveAll(member => member == name);
        return string.Join(',', kept);
    }

    private static string Text(uint number) => number.ToString(CultureInfo.InvariantCulture);
}
