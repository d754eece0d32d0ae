using CoreNode.Provision.Model;

namespace CoreNode.Provision.Planning;

/// <summary>Groups and users as the files of accounts shall say them, and the files as targets.</summary>
internal sealed class AccountStage(AccountEditor accounts, PlanNotes notes)
{
    /// <summary>Who owns what the accounts' files are.</summary>
    public const string PasswdPath = "/etc/passwd";

    /// <summary>Hashes.</summary>
    public const string ShadowPath = "/etc/shadow";

    /// <summary>Groups.</summary>
    public const string GroupPath = "/etc/group";

    /// <summary>Hashes of groups.</summary>
    public const string GroupShadowPath = "/etc/gshadow";

    private const int OpenMode = 0x1A4; // 0644
    private const int SharedMode = 0x1A0; // 0640
    private const int OwnMode = 0x180; // 0600

    /// <summary>A file of accounts changes.</summary>
    public bool IsChanged => accounts.Passwd.IsChanged || accounts.Shadow.IsChanged || accounts.Groups.IsChanged
        || accounts.GroupShadow.IsChanged;

    /// <summary>Makes the edits.</summary>
    public void Edit(IReadOnlyList<DesiredGroup> groups, IReadOnlyList<DesiredUser> users)
    {
        foreach (DesiredUser user in users)
        {
            if (!user.ShouldExist)
                accounts.RemoveUser(user.Name);
            if (user is { ShouldExist: true, Number: { } number })
                accounts.Keep(number);
        }

        foreach (DesiredGroup group in groups)
        {
            if (group is { ShouldExist: true, Number: { } number })
                accounts.Keep(number);
        }

        foreach (DesiredGroup group in groups)
            EditGroup(group, users);
        // A user may be in the group of another one's name, which is there only once that one is made.
        List<DesiredUser> joining = [];
        foreach (DesiredUser user in users)
        {
            if (user.ShouldExist && IsWritable(user) && EditUser(user))
                joining.Add(user);
        }

        foreach (DesiredUser user in joining)
            Join(user);
    }

    /// <summary>
    /// The files that changed as targets. What tells that a group or user is there comes after its shadow: as long as a
    /// user is not in passwd, an interrupted run makes it as new again.
    /// </summary>
    public void Write(TargetTree tree, string from)
    {
        uint? readers = accounts.FindGroup("shadow");
        int mode = readers is null ? OwnMode : SharedMode;
        Write(tree, GroupShadowPath, accounts.GroupShadow, mode, readers ?? 0, isSecret: true, from);
        Write(tree, GroupPath, accounts.Groups, OpenMode, 0, isSecret: false, from);
        Write(tree, ShadowPath, accounts.Shadow, mode, readers ?? 0, isSecret: true, from);
        Write(tree, PasswdPath, accounts.Passwd, OpenMode, 0, isSecret: false, from);
    }

    private static void Write(
        TargetTree tree, string path, AccountFile file, int mode, uint group, bool isSecret, string from)
    {
        if (!file.IsChanged || tree.Take(path, followsLast: true, from, default) is not { } target
            || !tree.Claim(target, TargetKind.File, from, default))
        {
            return;
        }

        bool isThere = target.Fact.Kind == PathKind.File;
        target.Content = RawText.Bytes(file.Text);
        target.Mode = isThere ? null : mode;
        target.Group = isThere ? null : group;
        target.IsSecret = isSecret;
    }

    private void EditGroup(DesiredGroup group, IReadOnlyList<DesiredUser> users)
    {
        string complaint = Complaint(group.Name, [group.PasswordHash]);
        if (complaint.Length > 0 || IsOdd(group.Name, out complaint))
        {
            notes.Error(group.From, group.Place, complaint, "choose another name");
            return;
        }

        if (!group.ShouldExist)
        {
            if ((accounts.PrimaryOf(group.Name) ?? NewPrimaryOf(group.Name, users)) is { } user)
            {
                notes.Error(
                    group.From, group.Place, $"group {group.Name} stays: it is the primary group of {user}",
                    "remove the user as well");
                return;
            }

            accounts.RemoveGroup(group.Name);
            return;
        }

        if (accounts.FindGroup(group.Name) is { } known)
        {
            if (group.Number is { } wanted && wanted != known)
            {
                notes.Warning(
                    group.From, group.Place, $"group {group.Name} has the number {known} and keeps it: files have it",
                    $"leave the number {wanted} out");
            }
        }
        else if (GroupNumber(group) is { } number)
            accounts.AddGroup(group.Name, number);
        if (group.PasswordHash is { Length: > 0 } hash)
            accounts.SetGroupPassword(group.Name, RawText.Of(hash));
    }

    private string? NewPrimaryOf(string group, IReadOnlyList<DesiredUser> users)
    {
        foreach (DesiredUser user in users)
        {
            string own = user.HasNoUserGroup ? "users" : user.Name;
            string primary = user.PrimaryGroup is { Length: > 0 } named ? named : own;
            if (user is { ShouldExist: true, IsMade: true } && primary == group && accounts.FindUser(user.Name) is null)
                return user.Name;
        }

        return null;
    }

    private uint? GroupNumber(DesiredGroup group)
    {
        if (group.Number is { } wanted)
        {
            if (accounts.GroupOf(wanted) is not { } other)
                return wanted;
            notes.Error(
                group.From, group.Place, $"group {group.Name} cannot have the number {wanted}: {other} has it",
                "choose another number, or leave it out");
            return null;
        }

        uint? free = accounts.FreeGroup(group.IsSystem);
        if (free is null)
            notes.Error(group.From, group.Place, $"no number is free for group {group.Name}", "name one as gid");
        return free;
    }

    private bool IsWritable(DesiredUser user)
    {
        string complaint = Complaint(user.Name, [user.Gecos, user.Home, user.Shell, user.PasswordHash]);
        if (complaint.Length == 0 && !IsOdd(user.Name, out complaint))
            return true;
        notes.Error(user.From, user.Place, complaint, "mend it where it is written");
        return false;
    }

    // True if its groups are to be set.
    private bool EditUser(DesiredUser user)
    {
        if (accounts.FindUser(user.Name) is not null)
        {
            EditKnown(user);
            return user.IsAdjusted;
        }

        if (!user.IsMade)
        {
            notes.Error(
                user.From, user.Place, $"user {user.Name} does not exist on this machine",
                $"add \"- name: {user.Name}\" under users, or put its keys under a user that exists");
            return false;
        }

        if (user.Number is { } taken && accounts.UserOf(taken) is { } other)
        {
            notes.Error(
                user.From, user.Place, $"user {user.Name} cannot have the number {taken}: {other} has it",
                "choose another uid, or leave it out");
            return false;
        }

        uint? number = user.Number ?? accounts.FreeUser(user.Name, user.IsSystem);
        if (number is not { } given)
            notes.Error(user.From, user.Place, $"no number is free for user {user.Name}", "name one as uid");
        else if (PrimaryGroup(user, given) is { } group)
        {
            accounts.AddUser(user, given, group);
            return true;
        }

        return false;
    }

    private uint? PrimaryGroup(DesiredUser user, uint number)
    {
        if (user.PrimaryGroup is { Length: > 0 } name)
        {
            uint? known = accounts.FindGroup(name) ?? AccountEditor.Number(name);
            if (known is null)
            {
                notes.Error(
                    user.From, user.Place, $"group {name}, the primary group of user {user.Name}, does not exist",
                    "add it under groups, or leave primary_group out");
            }

            return known;
        }

        // useradd's own default where a user gets no group of its own.
        if (user.HasNoUserGroup)
            return accounts.FindGroup("users") ?? 100;
        if (accounts.FindGroup(user.Name) is { } own)
            return own;
        uint? group = accounts.GroupOf(number) is null ? number : accounts.FreeGroup(user.IsSystem);
        if (group is { } free)
            accounts.AddGroup(user.Name, free);
        else
            notes.Error(user.From, user.Place, $"no number is free for group {user.Name}", "name a primary_group");
        return group;
    }

    private void EditKnown(DesiredUser user)
    {
        if (user.PasswordHash is { Length: > 0 } hash)
            accounts.SetPassword(user.Name, RawText.Of(hash));
        if (!user.IsAdjusted || accounts.Passwd.Find(user.Name) is not { } entry)
            return;
        if (user.Number is { } wanted && AccountEditor.Number(entry[2]) is { } known && known != wanted)
        {
            notes.Warning(
                user.From, user.Place, $"user {user.Name} has the number {known} and keeps it: files have it",
                $"leave the number {wanted} out");
        }

        entry[4] = user.Gecos.Length > 0 ? RawText.Of(user.Gecos) : entry[4];
        entry[5] = user.Home is { Length: > 0 } home ? RawText.Of(home) : entry[5];
        entry[6] = user.Shell is { Length: > 0 } shell ? RawText.Of(shell) : entry[6];
        if (user.PrimaryGroup is { Length: > 0 } && PrimaryGroup(user, 0) is { } group)
            entry[3] = group.ToString(System.Globalization.CultureInfo.InvariantCulture);
        accounts.Passwd.Put(entry);
    }

    private void Join(DesiredUser user)
    {
        foreach (string group in user.Groups)
        {
            if (accounts.FindGroup(group) is not null)
            {
                accounts.AddMember(group, user.Name);
                continue;
            }

            notes.Warning(
                user.From, user.Place, $"group {group} does not exist on this machine: user {user.Name} is not in it",
                "leave it out, or make the group");
        }
    }

    private bool IsOdd(string name, out string complaint)
    {
        complaint = "";
        foreach (AccountFile file in (AccountFile[])
            [accounts.Passwd, accounts.Shadow, accounts.Groups, accounts.GroupShadow])
        {
            if (file.IsOdd(name))
                complaint = $"a line of {name} in the files of accounts is broken: mend or delete it by hand";
        }

        return complaint.Length > 0;
    }

    // Never shows a value: one of them is a hash.
    private static string Complaint(string name, string?[] values)
    {
        bool isName = name.Length is > 0 and <= 256 && (char.IsAsciiLetterOrDigit(name[0]) || name[0] == '_');
        foreach (char c in name)
            isName &= char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' or '$';
        if (!isName)
            return $"\"{name}\" cannot be the name of a user or a group: letters, digits, _ - and . only";
        foreach (string? value in values)
        {
            if (value is null)
                continue;
            foreach (char c in value)
            {
                if (c is ':' or '\n' or '\r' or '\0')
                    return $"a value of {name} has a colon or a line end in it, which files of accounts cannot hold";
            }
        }

        return "";
    }
}
