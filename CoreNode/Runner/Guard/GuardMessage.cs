using System.Buffers.Binary;
using System.Text;
using CoreNode.Units.Manager;

namespace CoreNode.Runner.Guard;

/// <summary>
/// What a guard is told to hold, and what it answers that it holds (docs/formats.md, Guard): a length of four bytes,
/// then version, deadline and units. Both ends may be of different versions of the program.
/// </summary>
/// <param name="Deadline">Moment of CLOCK_BOOTTIME.</param>
/// <param name="Units">What is killed then.</param>
internal sealed record GuardMessage(TimeSpan Deadline, IReadOnlyList<GuardedUnit> Units)
{
    /// <summary>Most bytes of one message.</summary>
    public const int LimitBytes = 16 << 20;

    /// <summary>Bytes before the message: its length.</summary>
    public const int HeadBytes = 4;

    private const byte Version = 1;

    /// <summary>The message with its length before it.</summary>
    public byte[] Write()
    {
        using MemoryStream stream = new();
        using (BinaryWriter writer = new(stream, Encoding.UTF8))
        {
            writer.Write(0);
            writer.Write(Version);
            writer.Write(Deadline.Ticks);
            writer.Write(Units.Count);
            foreach (GuardedUnit unit in Units)
            {
                writer.Write(unit.Name);
                writer.Write(unit.Processes.Mark);
                writer.Write(unit.Processes.ControlGroups.Count);
                foreach (string group in unit.Processes.ControlGroups)
                    writer.Write(group);
            }
        }

        byte[] bytes = stream.ToArray();
        BinaryPrimitives.WriteInt32LittleEndian(bytes, bytes.Length - HeadBytes);
        return bytes;
    }

    /// <summary>Reads a message without its length.</summary>
    /// <exception cref="IOException">It is none of this version.</exception>
    public static GuardMessage Read(byte[] bytes)
    {
        try
        {
            using BinaryReader reader = new(new MemoryStream(bytes), Encoding.UTF8);
            if (reader.ReadByte() != Version)
                throw new IOException("a guard of another version answers: it ends when its units have");
            TimeSpan deadline = new(reader.ReadInt64());
            List<GuardedUnit> units = [];
            for (int left = reader.ReadInt32(); left > 0; left--)
            {
                string name = reader.ReadString();
                string mark = reader.ReadString();
                List<string> groups = [];
                for (int count = reader.ReadInt32(); count > 0; count--)
                    groups.Add(reader.ReadString());
                units.Add(new GuardedUnit(name, new UnitProcesses(groups, mark)));
            }

            return new GuardMessage(deadline, units);
        }
        catch (Exception broken) when (broken is EndOfStreamException or FormatException)
        {
            throw new IOException("a guard's message is damaged", broken);
        }
    }
}
