namespace CurveRbd.Rbd.Tests;

/// <summary>An image of the model, and a handle on the real one.</summary>
internal sealed class FamilyImage(string name, byte[] head, FamilySnapshot? parent, int cloneFormat)
{
    public string Name { get; set; } = name;

    public byte[] Head { get; set; } = head;

    public FamilySnapshot? Parent { get; set; } = parent;

    public int CloneFormat { get; } = cloneFormat;

    public List<FamilySnapshot> Snapshots { get; } = [];

    public Image Handle { get; set; } = null!;
}
